/** Passkeys in the browser: the two ceremonies of WebAuthn, with the server's options. */
import { call } from "../session.ts";

/** Whether this browser can use passkeys here: it needs HTTPS, or `localhost`. */
export function hasPasskeys(): boolean {
  return typeof PublicKeyCredential === "function" && "parseRequestOptionsFromJSON" in PublicKeyCredential;
}

/** Asks the person for one of their passkeys; the answer is for the server. Null if they cancelled. */
export async function askPasskey(): Promise<unknown> {
  const options = await call<PublicKeyCredentialRequestOptionsJSON>(
    "POST",
    "/api/v1/auth/passkeys/sign-in/options/",
  );
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return answerOf(navigator.credentials.get({ publicKey }));
}

/** A one-time `otp` for the account of the passkey that the person chose. Null if they cancelled. */
export async function passByPasskey(): Promise<string | null> {
  const credential = await askPasskey();
  if (credential === null) return null;
  const { otp } = await call<{ otp: string }>("POST", "/api/v1/auth/passkeys/otp/", { body: { credential } });
  return otp;
}

/** Makes a passkey by the server's options. Null if the person cancelled. */
export async function makePasskey(options: PublicKeyCredentialCreationOptionsJSON): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return answerOf(navigator.credentials.create({ publicKey }));
}

async function answerOf(asked: Promise<Credential | null>): Promise<unknown> {
  try {
    const credential = await asked;
    return credential instanceof PublicKeyCredential ? credential.toJSON() : null;
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}
