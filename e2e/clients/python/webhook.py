"""Receives webhooks and checks them with the published Standard Webhooks library. Prints its port, then each message as a
line of JSON: its id, its body, whether it is verified, and whether it still is with a byte changed. Each line of standard
input is the secret from then on. With `--hold`, it never answers the first message.
"""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


class Receiver(BaseHTTPRequestHandler):
    secret = None
    hold = "--hold" in sys.argv

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        told = {
            "id": headers.get("webhook-id"),
            "body": body,
            "verified": self.verifies(body, headers),
            "tampered": self.verifies(body.replace("e", "3", 1), headers),
        }
        print(json.dumps(told), flush=True)
        if Receiver.hold:
            Receiver.hold = False
            time.sleep(3600)
        self.send_response(204 if told["verified"] else 400)
        self.end_headers()

    def verifies(self, body, headers):
        try:
            Webhook(self.secret).verify(body, headers)
        except WebhookVerificationError:
            return False
        return True

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_address[1], flush=True)
Thread(target=server.serve_forever, daemon=True).start()
for line in sys.stdin:
    Receiver.secret = line.strip()
