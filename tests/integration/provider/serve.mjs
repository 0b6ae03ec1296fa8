// A real OpenID Connect provider for the tests: signs in whoever the form names.
// Usage: node serve.mjs REDIRECT_URI; prints its address.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const server = createServer((request, answer) => handle(request, answer));
let handle;
server.listen(0, "127.0.0.1", () => {
  const address = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(address, {
    clients: [{ client_id: "console", client_secret: "a client's secret", redirect_uris: [process.argv[2]] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    conformIdTokenClaims: false,
    cookies: { keys: ["only for tests"] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: id, email_verified: !id.startsWith("unverified") }),
    }),
  });
  handle = provider.callback();
  console.log(address);
});
