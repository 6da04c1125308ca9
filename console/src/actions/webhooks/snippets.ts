// How a receiver checks that a delivery is ours, with the published libraries of Standard Webhooks.

export function verifying(secret: string): { name: string; code: string }[] {
  return [
    {
      name: "Node",
      code: `// npm install standardwebhooks
import { Webhook } from "standardwebhooks";

const webhook = new Webhook("${secret}");
const event = webhook.verify(body, headers); // throws when it is not ours`,
    },
    {
      name: "Python",
      code: `# pip install standardwebhooks
from standardwebhooks import Webhook

webhook = Webhook("${secret}")
event = webhook.verify(body, headers)  # raises when it is not ours`,
    },
  ];
}
