/** Accounts with second factors, and what they prove them with. */
import { generateHOTP } from "@oslojs/otp";
import { expect } from "vitest";
import { type CallOptions, del, get, post } from "../../harness/api.ts";
import { SoftwareAuthenticator } from "./software-authenticator.ts";

export const FACTORS = "/api/v1/auth/factors/";
export const TOTP = `${FACTORS}totp/`;
export const PASSKEYS = "/api/v1/auth/passkeys/";

/** The bytes of a secret in base32, read by another hand than the one that wrote it. */
export function fromBase32(text: string): Uint8Array {
  const bits = [...text]
    .map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"))
    .join("");
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}

/** The code that an app with this secret shows `steps` × 30 s from now. */
export function codeOf(secret: string, steps = 0): string {
  return generateHOTP(fromBase32(secret), BigInt(Math.floor(Date.now() / 30_000) + steps), 6);
}

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
