/** Sessions: the claims of access tokens, and which credentials are accepted for how long. */
import { env } from "cloudflare:workers";
import { SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { Keyring } from "../../../src/platform/crypto/digest.ts";
import { del, get, post, rows } from "../../harness/api.ts";
import { APPS, authorize, claimsOf, everybody, towSession, whoIs } from "../app-sign-ins.ts";

const PROFILE = "/api/v1/auth/profile/";
const NOT_VALID = {
  detail: "Given token not valid for any token type",
  code: "token_not_valid",
  messages: [{ token_class: "AccessToken", token_type: "access", message: "Token is invalid or expired" }],
};

describe("an access token", () => {
  test.each(APPS.filter(({ lives }) => lives !== null))(
    "An access token from $path names the user, the session and its expiry.",
    async (profile) => {
      const who = await everybody();
      const { access = "" } = await authorize(profile, who);
      const claims = claimsOf(access);
      expect(claims).toEqual({
        iss: "caravan",
        aud: "caravan-api",
        sub: String(who.id),
        user_id: who.id,
        sid: expect.any(String),
        role: "CLIENT",
        user_type: "CLIENT",
        is_staff: false,
        auth_time: expect.any(Number),
        token_type: "access",
        iat: expect.any(Number),
        exp: claims.iat + (profile.lives ?? 0),
        jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
      expect(Math.abs(claims.iat - Date.now() / 1000)).toBeLessThan(60);
      expect(
        await rows("SELECT door FROM sessions WHERE id = ? AND user_id = ?", claims.sid, who.id),
      ).toEqual([{ door: profile.app }]);
    },
  );

  test("Every access token has a unique id.", async () => {
    const who = await everybody();
    const numbers = [await towSession(who), await towSession(who)].map(({ access }) => claimsOf(access).jti);
    expect(new Set(numbers).size).toBe(2);
  });

  test.each([
    ["DRIVER", 0, "DRIVER"],
    ["OPERATOR", 0, "OPERATOR"],
    ["CLIENT", 1, "STAFF"],
  ])("The access token of a %s with staff flag %i has the role %s.", async (type, staff, role) => {
    const who = await everybody();
    await rows("UPDATE users SET user_type = ?, is_staff = ? WHERE id = ?", type, staff, who.id);
    expect(claimsOf((await towSession(who)).access).role).toBe(role);
  });
});

const keys = new Keyring(env.SIGNING_SECRET);

interface Forgery {
  readonly alg?: string;
  readonly issuer?: string;
  readonly audience?: string;
  readonly expires?: number | null;
  readonly key?: CryptoKey | Uint8Array;
  readonly claims?: object;
}

/** A token as our own signer makes it, but for what is changed. */
async function forge(session: { access: string }, change: Forgery = {}): Promise<string> {
  const { user_id, sid } = claimsOf(session.access);
  const now = Math.floor(Date.now() / 1000);
  const claims = { token_type: "access", user_id, sid, role: "CLIENT", ...change.claims };
  const jwt = new SignJWT(claims)
    .setProtectedHeader({ alg: change.alg ?? "HS256", typ: "JWT" })
    .setSubject(String(user_id))
    .setIssuer(change.issuer ?? "caravan")
    .setAudience(change.audience ?? "caravan-api")
    .setIssuedAt(now - 10);
  if (change.expires !== null) jwt.setExpirationTime(change.expires ?? now + 600);
  return jwt.sign(change.key ?? (await keys.hmacKey("access")));
}

const secret = (words: string) => new TextEncoder().encode(words);
const longer = (name: string) => crypto.subtle.generateKey({ name: "HMAC", hash: name }, true, ["sign"]);

describe("a forged token opens nothing:", () => {
  test("The tests' token forger makes valid tokens if it changes nothing.", async () => {
    const who = await everybody();
    expect(await whoIs({ access: await forge(await towSession(who)) })).toEqual([who.id]);
  });

  const past = Math.floor(Date.now() / 1000) - 1;
  test.each<[string, () => Promise<Forgery> | Forgery]>([
    ["another issuer", () => ({ issuer: "somebody" })],
    ["another audience", () => ({ audience: "caravan-web" })],
    ["expired a second ago", () => ({ expires: past })],
    ["without an end", () => ({ expires: null })],
    ["signed with the secret itself", () => ({ key: secret(env.SIGNING_SECRET) })],
    ["signed with the key of the tickets", async () => ({ key: await keys.hmacKey("ticket") })],
    ["signed with another key", () => ({ key: secret("a key of somebody else, thirty-two bytes") })],
    ["HS384", async () => ({ alg: "HS384", key: (await longer("SHA-384")) as CryptoKey })],
    ["of another kind", () => ({ claims: { token_type: "refresh" } })],
    ["of no kind", () => ({ claims: { token_type: undefined } })],
    ["for a number in words", () => ({ claims: { user_id: "1" } })],
    ["for a session that never was", () => ({ claims: { sid: crypto.randomUUID() } })],
    ["for no session", () => ({ claims: { sid: undefined } })],
  ])("A forged token is refused: %s.", async (_, change) => {
    const token = await forge(await towSession(await everybody()), await change());
    expect(await get(PROFILE, { token })).toMatchObject({ status: 401, body: NOT_VALID });
  });

  test("A token for an own session with another user's id is refused.", async () => {
    const victim = await everybody();
    const mine = await towSession(await everybody());
    const token = await forge(mine, { claims: { user_id: victim.id } });
    expect((await get(PROFILE, { token })).status).toBe(401);
  });

  test("A token without a signature, or with a changed body under the old signature, is refused.", async () => {
    const session = await towSession(await everybody());
    const [head = "", body = "", mac = ""] = session.access.split(".");
    const encode = (value: object) => btoa(JSON.stringify(value)).replaceAll("=", "");
    const none = encode({ alg: "none", typ: "JWT" });
    const other = encode({ ...claimsOf(session.access), role: "STAFF" });
    for (const token of [
      `${none}.${body}.`,
      `${none}.${body}.${mac}`,
      `${head}.${other}.${mac}`,
      `${head}.${body}.`,
    ]) {
      expect((await get(PROFILE, { token })).status).toBe(401);
    }
    expect((await get(PROFILE, { token: session.access })).status).toBe(200);
  });

  test("A token's role grants nothing: rights come from the account.", async () => {
    const token = await forge(await towSession(await everybody()), {
      claims: { role: "STAFF", is_staff: true },
    });
    expect((await get("/api/admin/users/1", { token })).status).toBe(403);
  });
});

describe("a credential of the wrong kind", () => {
  test("A refresh token sent as Bearer, or an access token sent as refresh, is refused as the wrong type.", async () => {
    const { access, refresh } = await towSession(await everybody());
    const asBearer = await get(PROFILE, { token: refresh });
    expect(asBearer.status).toBe(401);
    expect(asBearer.body.messages[0].message).toBe("Token has wrong type");
    expect(await post("/api/v1/auth/token/refresh/", { refresh: access })).toMatchObject({
      status: 401,
      body: { detail: "Token has wrong type", code: "token_not_valid" },
    });
  });

  test("A key sent as Bearer, or a token sent as a key, is refused.", async () => {
    const who = await everybody();
    const { body } = await post("/api/auth/login/", { username: who.username, password: who.password });
    expect((await get(PROFILE, { token: body.key })).status).toBe(401);
    for (const key of [body.access, body.refresh]) {
      expect(await get("/api/auth/user/", { key })).toMatchObject({
        status: 401,
        body: { detail: "Invalid token." },
      });
    }
    expect((await post("/api/token/refresh/", { refresh: body.key })).status).toBe(401);
  });

  test("A header with no value or two is malformed, and another scheme counts as no credential.", async () => {
    const { access } = await towSession(await everybody());
    for (const authorization of ["Bearer", `Bearer ${access} ${access}`]) {
      expect(await get(PROFILE, { headers: { authorization } })).toMatchObject({
        status: 401,
        body: {
          detail: "Authorization header must contain two space-delimited values",
          code: "bad_authorization_header",
        },
      });
    }
    expect((await get(PROFILE, { headers: { authorization: access } })).status).toBe(401);
  });
});

describe("a credential whose time is over", () => {
  test("A credential of an ended session is refused.", async () => {
    const who = await everybody();
    const { body } = await post("/api/auth/login/", { username: who.username, password: who.password });
    await rows("UPDATE sessions SET expires_at = ? WHERE user_id = ?", Date.now() - 1, who.id);
    expect(await whoIs(body)).toEqual([401, 401]);
    expect((await post("/api/token/refresh/", { refresh: body.refresh })).status).toBe(401);
  });

  test("The refusal says whether the account is blocked or deleted.", async () => {
    const blocked = await towSession(await everybody());
    await rows("UPDATE users SET is_active = 0 WHERE id = ?", claimsOf(blocked.access).user_id);
    expect(await get(PROFILE, { token: blocked.access })).toMatchObject({
      status: 401,
      body: { detail: "User is inactive", code: "user_inactive" },
    });
    expect((await post("/api/token/refresh/", { refresh: blocked.refresh })).status).toBe(401);

    const deleted = await towSession(await everybody());
    await del(PROFILE, undefined, { token: deleted.access });
    expect(await get(PROFILE, { token: deleted.access })).toMatchObject({
      status: 401,
      body: { detail: "User not found", code: "user_not_found" },
    });
    expect((await post("/api/token/refresh/", { refresh: deleted.refresh })).status).toBe(401);
  });
});
