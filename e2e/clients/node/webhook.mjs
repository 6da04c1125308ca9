// Verifies a webhook with the published Standard Webhooks library: webhook.mjs SECRET, and `{headers, body}` as JSON on
// standard input. Exits 1 when the signature does not hold.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const { headers, body } = JSON.parse(readFileSync(0, "utf8"));
try {
  new Webhook(process.argv[2]).verify(body, headers);
} catch (error) {
  console.error(String(error));
  process.exit(1);
}
