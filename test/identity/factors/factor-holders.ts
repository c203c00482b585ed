/** Accounts with second factors, and what they prove them with. */
import { expect } from "vitest";
import { type CallOptions, del, get, post } from "../../harness/api.ts";
import { codeOf } from "./authenticator-app.ts";
import { SoftwareAuthenticator } from "./software-authenticator.ts";

export const FACTORS = "/api/v1/auth/factors/";
export const TOTP = `${FACTORS}totp/`;
export const PASSKEYS = "/api/v1/auth/passkeys/";

export interface Holder {
  readonly token: string;
  readonly password: string;
}

/** Sets up an authenticator app. The code of the current step is used up then. */
export async function withTotp(who: Holder, options: CallOptions = {}) {
  const { token } = who;
  const begun = await post(TOTP, { current_password: who.password }, { ...options, token });
  expect(begun.status).toBe(201);
  const { secret, uri } = begun.body as { secret: string; uri: string };
  const confirmed = await post(`${TOTP}confirm/`, { otp: codeOf(secret) }, { ...options, token });
  expect(confirmed.status).toBe(200);
  return {
    secret,
    uri,
    recoveryCodes: confirmed.body.recovery_codes as string[],
    /** A code that was not used yet: of the next step, which the server accepts already. */
    nextCode: () => codeOf(secret, 1),
  };
}

/** Registers a passkey, with a proof if one is given. */
export async function withPasskey(who: Holder, proof: object = { current_password: who.password }) {
  const { token } = who;
  const options = await post(`${PASSKEYS}options/`, proof, { token });
  expect(options.status).toBe(200);
  const authenticator = new SoftwareAuthenticator();
  const credential = await authenticator.create(options.body);
  const added = await post(PASSKEYS, { name: "Phone", credential }, { token });
  expect(added.status).toBe(201);
  return {
    authenticator,
    id: added.body.id as number,
    recoveryCodes: added.body.recovery_codes as string[] | null,
    /** Answers new options of a sign-in. */
    assertion: async () => authenticator.get((await post(`${PASSKEYS}sign-in/options/`, {})).body),
  };
}

/** A pass for the field `otp`, by passkey. */
export async function passBy({ assertion }: Awaited<ReturnType<typeof withPasskey>>): Promise<string> {
  const answer = await post(`${PASSKEYS}otp/`, { credential: await assertion() });
  expect(answer.status).toBe(200);
  return answer.body.otp;
}

export const factorsOf = async ({ token }: Holder) => (await get(FACTORS, { token })).body;
export const removeTotp = ({ token }: Holder, proof: object) => del(TOTP, proof, { token });
