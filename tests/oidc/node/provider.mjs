// The npm oidc-provider as a city's sign-in service: remembers people, has levels, orders sessions to end.
// Started by tests/oidc/test_node_provider.py, which tells on standard input who signs in next.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import Provider, { interactionPolicy } from "oidc-provider";

const [redirect, logout, jwk] = JSON.parse(process.argv[2]);
const person = { account: "ana", acr: "substantial" };
createInterface({ input: process.stdin }).on("line", (line) => Object.assign(person, JSON.parse(line)));

const policy = interactionPolicy.base();
policy.get("login").checks.add(
  new interactionPolicy.Check("too_low", "the session's level is lower than asked for", "login_required", (ctx) => {
    const wanted = ctx.oidc.params.acr_values?.split(" ")[0];
    const levels = ["substantial", "high"];
    return Boolean(wanted) && !ctx.oidc.result?.login && levels.indexOf(ctx.oidc.session.acr) < levels.indexOf(wanted);
  }),
);

const client = {
  client_id: "portal",
  token_endpoint_auth_method: "private_key_jwt",
  token_endpoint_auth_signing_alg: "ES256",
  jwks: { keys: [jwk] },
  redirect_uris: [redirect],
  post_logout_redirect_uris: [new URL("/oidc/signed-out", redirect).href],
  backchannel_logout_uri: logout,
  backchannel_logout_session_required: true,
  require_auth_time: true,
};

const server = createServer().listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [client],
    acrValues: ["substantial", "high"],
    claims: { openid: ["sub"], profile: ["name", "birthdate", "address"], acr: null, auth_time: null, sid: null },
    conformIdTokenClaims: false,
    cookies: { keys: ["only for tests"] },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource: (ctx, form) => (ctx.body = form) },
    },
    interactions: { policy, url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    pkce: { required: () => true },
    fetch: (url, { dispatcher: _, ...options }) => fetch(url, options), // its dispatcher refuses loopback
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({ sub: id, name: `Somebody ${id}`, birthdate: "1988-05-04", address: { locality: "saltwick" } }),
    }),
  });
  provider.on("backchannel.error", (_ctx, error) => console.error("back-channel logout failed:", error.message, error.cause));
  provider.on("server_error", (_ctx, error) => console.error("server error:", error));
  const answer = provider.callback();
  server.on("request", async (request, response) => {
    if (!request.url.startsWith("/interaction/")) return answer(request, response);
    const { params, grantId, prompt } = await provider.interactionDetails(request, response);
    const login = { accountId: person.account, acr: person.acr, amr: ["pin"] };
    const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant({ accountId: person.account, clientId: params.client_id });
    grant.addOIDCScope("openid profile");
    const consent = { grantId: await grant.save() };
    const result = prompt.name === "login" ? { login } : { consent };
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
  });
  console.log(issuer);
});
