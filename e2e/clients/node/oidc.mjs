// Logs a person in to Harken through oidc-provider, the certified OpenID Connect provider, and a browser's cookies:
//
//   oidc.mjs provider PORT CLIENT SECRET CALLBACK    runs the provider until it is killed; prints its port
//   oidc.mjs login START_URL EMAIL                   follows every redirect and form as a browser does; prints as JSON
//                                                    where it ends and which cookies Harken has set
//
// Whatever e-mail address is typed in is logged in; its domain decides the groups.
import Provider from "oidc-provider";

const [what, ...rest] = process.argv.slice(2);
await (what === "provider" ? provider(...rest) : login(...rest));

async function provider(port, client_id, client_secret, callback) {
  const issuer = `http://127.0.0.1:${port}`;
  const oidc = new Provider(issuer, {
    clients: [{ client_id, client_secret, redirect_uris: [callback], response_types: ["code"] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: true } },
    pkce: { required: () => true },
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: () => ({
        sub,
        email: sub,
        email_verified: !sub.startsWith("unverified"),
        name: sub.split("@")[0],
        groups: ["staff", sub.split("@")[0]],
      }),
    }),
  });
  oidc.listen(Number(port), "127.0.0.1", () => console.log(port));
}

async function login(start, email) {
  const jars = new Map();
  const jar = (url) => {
    const { host } = new URL(url);
    if (!jars.has(host)) jars.set(host, new Map());
    return jars.get(host);
  };
  const visit = async (url, options = {}) => {
    const cookie = [...jar(url)].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...options.headers, ...(cookie && { cookie }), accept: "text/html" };
    const answer = await fetch(url, { ...options, headers, redirect: "manual" });
    for (const set of answer.headers.getSetCookie()) {
      const [pair] = set.split(";");
      const name = pair.slice(0, pair.indexOf("="));
      const value = pair.slice(name.length + 1);
      if (value === "") jar(url).delete(name);
      else jar(url).set(name, value);
    }
    return answer;
  };
  let url = start;
  let answer = await visit(url);
  for (let step = 0; step < 20; step += 1) {
    const location = answer.headers.get("location");
    if (location) {
      url = new URL(location, url).href;
      answer = await visit(url);
      continue;
    }
    const page = await answer.text();
    const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
    const prompt = /name="prompt" value="([^"]+)"/.exec(page)?.[1];
    if (!action || !prompt) {
      const own = [...jar(start)].map(([name, value]) => ({ name, value }));
      console.log(JSON.stringify({ status: answer.status, url, cookies: own, page }));
      return;
    }
    const form = new URLSearchParams(prompt === "login" ? { prompt, login: email, password: "any" } : { prompt });
    url = new URL(action, url).href;
    answer = await visit(url, {
      method: "POST",
      body: form.toString(),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
  }
  throw new Error(`still on the way after twenty steps: ${url}`);
}
