// Receives webhooks and checks them with the published Standard Webhooks library. Prints its port, then each message as a
// line of JSON: its id, its body, whether it is verified, and whether it still is with a byte changed. Each line of standard
// input is the secret from then on.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Webhook } from "standardwebhooks";

let secret;

function verifies(body, headers) {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  const verified = verifies(body, request.headers);
  const tampered = verifies(body.replace("e", "3"), request.headers);
  response.writeHead(verified ? 204 : 400).end();
  console.log(JSON.stringify({ id: request.headers["webhook-id"], body, verified, tampered }));
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => (secret = line));
lines.on("close", () => process.exit());
