// A certified provider of OpenID Connect that knows one client, demands PKCE, and lets in whoever names themselves.
// Arguments: its port, and where the client wants its browsers to come back to.
import Provider from "oidc-provider";

const [port, redirect] = process.argv.slice(2);
const client = {
  client_id: "feedback",
  client_secret: "a secret that the two share",
  redirect_uris: [redirect],
};
const person = (id) => ({ sub: id, name: id, email: `${id}@example.gov.uk`, email_verified: true, groups: ["readers"] });
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [client],
  claims: { email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
  scopes: ["openid", "email", "profile", "groups"],
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  findAccount: (_, id) => ({ accountId: id, claims: () => person(id) }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
