"""Verifies a webhook with the published Standard Webhooks library: webhook.py SECRET, and `{headers, body}` as JSON on
standard input. Exits 1 when the signature does not hold.
"""

import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

received = json.load(sys.stdin)
try:
    Webhook(sys.argv[1]).verify(received["body"], received["headers"])
except WebhookVerificationError as error:
    sys.exit(str(error))
