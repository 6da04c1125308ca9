// Calls to paste: how each client sends with a write key, and asks with a secret key.

import type { components } from "../../api/schema";

type Kind = components["schemas"]["Key"]["kind"];

export function snippets(kind: Kind, key: string, origin: string): { name: string; code: string }[] {
  return kind === "write" ? sending(key, origin) : asking(key, origin);
}

function sending(key: string, origin: string) {
  const host = origin.replace(/^https?:\/\//, "");
  return [
    {
      name: "Browser",
      code: `// npm install @segment/analytics-next
import { AnalyticsBrowser } from "@segment/analytics-next";

const analytics = AnalyticsBrowser.load(
  { writeKey: "${key}", cdnURL: "${origin}" },
  { integrations: { "Segment.io": { apiHost: "${host}/v1" } } },
);
analytics.track("Order Completed", { order_id: "17", total: 27.5, currency: "EUR" });`,
    },
    {
      name: "Node",
      code: `// npm install @segment/analytics-node
import { Analytics } from "@segment/analytics-node";

const analytics = new Analytics({ writeKey: "${key}", host: "${origin}" });
analytics.track({
  userId: "ada",
  event: "Order Completed",
  properties: { order_id: "17", total: 27.5, currency: "EUR" },
});
await analytics.closeAndFlush();`,
    },
    {
      name: "Python",
      code: `# pip install segment-analytics-python
import segment.analytics as analytics

analytics.host = "${origin}"
analytics.write_key = "${key}"
analytics.track("ada", "Order Completed", {"order_id": "17", "total": 27.5, "currency": "EUR"})
analytics.flush()`,
    },
    {
      name: "curl",
      code: `curl ${origin}/v1/track -u "${key}:" -d '{
  "event": "Order Completed", "userId": "ada", "messageId": "order-17",
  "properties": {"order_id": "17", "total": 27.5, "currency": "EUR"}}'`,
    },
  ];
}

function asking(key: string, origin: string) {
  return [
    {
      name: "curl",
      code: `curl "${origin}/api/v1/customers?limit=10" \\
  -H "Authorization: Bearer ${key}"`,
    },
    {
      name: "Node",
      code: `const answer = await fetch("${origin}/api/v1/customers?limit=10", {
  headers: { Authorization: "Bearer ${key}" },
});
const { items, next_cursor } = await answer.json();`,
    },
    {
      name: "Python",
      code: `# pip install requests
import requests

answer = requests.get(
    "${origin}/api/v1/customers",
    params={"limit": 10},
    headers={"Authorization": "Bearer ${key}"},
    timeout=10,
)
answer.raise_for_status()
items = answer.json()["items"]`,
    },
  ];
}
