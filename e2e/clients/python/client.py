"""Sends to Harken with a public Python client, unchanged: client.py LIBRARY HOST KEY story|flood [COUNT]

`story` sends the calls of ../story.json. `flood` sends COUNT tracked events and prints each message id before it goes
out. Exits 1 when the client gave anything up.
"""

import json
import sys
import time
from datetime import datetime
from pathlib import Path

import rudderstack.analytics
import segment.analytics

LIBRARIES = {"segment": segment.analytics, "rudder": rudderstack.analytics}
STORY = Path(__file__).parent.parent / "story.json"


def main(library, host, key, what, count="0"):
    given_up = []
    client = LIBRARIES[library].Client(
        key, host=host, gzip=True, on_error=lambda error, batch: given_up.append(error)
    )
    if what == "story":
        tell(client)
    else:
        flood(client, int(count))
    client.join()
    for error in given_up:
        print(f"given up: {error}", file=sys.stderr)
    return 1 if given_up else 0


def tell(client):
    for step in json.loads(STORY.read_text(encoding="utf-8")):
        call = step.pop("call")
        if "timestamp" in step:
            step["timestamp"] = datetime.fromisoformat(step["timestamp"].replace("Z", "+00:00"))
        getattr(client, call)(**step)
    client.flush()


def flood(client, count):
    for number in range(count):
        while True:
            queued, message = client.track(
                f"user-{number % 100}", "Button Clicked", {"number": number}
            )
            if queued:
                break
            time.sleep(0.05)
        print(message["messageId"], flush=True)
    client.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
