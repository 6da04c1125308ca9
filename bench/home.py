"""Asks what the console's Home asks: home.py URL KEY FROM TO

Prints how long each of its requests takes, five times: the score card's figures in one batch, what they are compared with and
their series in another, what changed, and beside them a page of signals. KEY is a secret key with the scopes `insights:read`
and `signals:read`; FROM and TO are dates.
"""

import datetime
import json
import sys
import time
import urllib.parse
import urllib.request

CARDS = ["nps", "csat", "ces", "responses", "orders", "revenue", "late_deliveries", "stars", "sentiment", "ease"]


def asks(path, body=None):
    """The answer, and the milliseconds it took."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/api/v1/{path}", body and json.dumps(body).encode(), headers)
    begun = time.monotonic()
    with urllib.request.urlopen(request) as answer:
        answer = json.load(answer)
    return answer, (time.monotonic() - begun) * 1000


def figures(metrics, **time_and_grain):
    by = {"revenue": {"by": ["currency"]}}
    return [{"metric": metric, **by.get(metric, {}), **time_and_grain} for metric in metrics]


def looks():
    begin = datetime.date.fromisoformat(start)
    before = str(begin - (datetime.date.fromisoformat(end) - begin))
    cards, first = asks("insights/query-batches", {"queries": figures(CARDS, **{"from": start, "to": end})})
    told = [card for card, answer in zip(CARDS, cards["answers"]) if any(row["n"] for row in answer["figures"]["rows"])]
    queries = figures(told, **{"from": before, "to": start}) + figures(told, every="day", **{"from": start, "to": end})
    _, second = asks("insights/query-batches", {"queries": queries})
    _, changes = asks("insights/changes?" + urllib.parse.urlencode({"from": start, "to": end}))
    _, signals = asks("signals?limit=50")
    print(f"figures {first:.0f} ms, compared and as series {second:.0f} ms, changes {changes:.0f} ms, signals {signals:.0f} ms")


url, key, start, end = sys.argv[1:]
for _ in range(5):
    looks()
