"""Receives mail by SMTP as a public server does: mail_sink.py [DKIM_SELECTOR._domainkey.DOMAIN RECORD]

Prints its port, then each message as a line of JSON: envelope, headers, parts, and what dkimpy says of its signature
when the DNS record to look it up with is given.
"""

import asyncio
import json
import sys
from email import message_from_bytes, policy

import dkim
from aiosmtpd.smtp import SMTP

NAME, RECORD = sys.argv[1:3] if len(sys.argv) > 2 else (None, None)


class Sink:
    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.original_content, policy=policy.default)
        signed = None
        if NAME:
            look_up = lambda name, timeout=5: RECORD.encode() if name.rstrip(b".") == NAME.encode() else b""
            signed = dkim.verify(envelope.original_content, dnsfunc=look_up)
        parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
        print(
            json.dumps(
                {
                    "from": envelope.mail_from,
                    "to": envelope.rcpt_tos,
                    "headers": {name.lower(): value for name, value in message.items()},
                    "parts": parts,
                    "signed": signed,
                    "defects": [str(defect) for defect in message.defects],
                }
            ),
            flush=True,
        )
        return "250 kept"


async def receive():
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(Sink()), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(receive())
