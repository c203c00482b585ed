/** An authenticator in software: makes ES256 passkeys and signs challenges, as a phone or a security key does. */

const ORIGIN = "http://caravan.test";

const utf8 = (text: string) => new TextEncoder().encode(text);
const base64url = (bytes: Uint8Array) => bytes.toBase64({ alphabet: "base64url", omitPadding: true });
const hash = async (bytes: Uint8Array) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as BufferSource));

function joined(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A CBOR byte string of at most 65,535 bytes. */
const cborBytes = (bytes: Uint8Array) =>
  bytes.length < 256
    ? joined([0x58, bytes.length], bytes)
    : joined([0x59, bytes.length >> 8, bytes.length & 255], bytes);
/** A CBOR text of at most 23 bytes. */
const cborText = (text: string) => joined([0x60 + text.length], utf8(text));

/** An integer of DER: no leading zeros but one before a high bit. */
function derInteger(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  const plain = bytes.slice(first < 0 ? bytes.length - 1 : first);
  const number = (plain[0] ?? 0) > 127 ? joined([0], plain) : plain;
  return joined([2, number.length], number);
}

function derSignature(raw: Uint8Array): Uint8Array {
  const numbers = joined(derInteger(raw.slice(0, 32)), derInteger(raw.slice(32)));
  return joined([0x30, numbers.length], numbers);
}

interface Options {
  readonly challenge: string;
  readonly rp?: { readonly id: string };
  readonly rpId?: string;
  readonly user?: { readonly id: string };
}

/** What an answer may do wrong. */
export interface Faults {
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  /** The person was not asked for a PIN or fingerprint. */
  readonly isUnverified?: boolean;
  readonly counter?: number;
}

export class SoftwareAuthenticator {
  readonly id = base64url(crypto.getRandomValues(new Uint8Array(32)));
  #keys: CryptoKeyPair | null = null;
  #userHandle = "";
  #counter = 0;

  /** Answers the options of a new passkey. */
  async create(options: Options, faults: Faults = {}) {
    this.#keys = (await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
      "sign",
      "verify",
    ])) as CryptoKeyPair;
    this.#userHandle = options.user?.id ?? "";
    const point = new Uint8Array((await crypto.subtle.exportKey("raw", this.#keys.publicKey)) as ArrayBuffer);
    const cose = joined(
      // kty: EC2, alg: ES256, crv: P-256, x, y
      [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21],
      cborBytes(point.slice(1, 33)),
      [0x22],
      cborBytes(point.slice(33)),
    );
    const credentialId = Uint8Array.fromBase64(this.id, { alphabet: "base64url" });
    const attested = joined(new Uint8Array(16), [0, credentialId.length], credentialId, cose);
    const authData = await this.#authData(options.rp?.id ?? "", faults, 0x40, attested);
    const attestationObject = joined(
      [0xa3],
      cborText("fmt"),
      cborText("none"),
      cborText("attStmt"),
      [0xa0],
      cborText("authData"),
      cborBytes(authData),
    );
    return this.#credential({
      clientDataJSON: base64url(clientData("webauthn.create", options, faults)),
      attestationObject: base64url(attestationObject),
      transports: ["internal"],
    });
  }

  /** Answers the options of a sign-in. */
  async get(options: Options, faults: Faults = {}) {
    if (!this.#keys) throw new Error("this authenticator has no passkey");
    this.#counter = faults.counter ?? this.#counter + 1;
    const authenticatorData = await this.#authData(options.rpId ?? "", faults);
    const clientDataJSON = clientData("webauthn.get", options, faults);
    const signed = joined(authenticatorData, await hash(clientDataJSON));
    const algorithm = { name: "ECDSA", hash: "SHA-256" };
    const signature = await crypto.subtle.sign(algorithm, this.#keys.privateKey, signed as BufferSource);
    return this.#credential({
      clientDataJSON: base64url(clientDataJSON),
      authenticatorData: base64url(authenticatorData),
      signature: base64url(derSignature(new Uint8Array(signature))),
      userHandle: this.#userHandle,
    });
  }

  #credential(response: object) {
    return {
      id: this.id,
      rawId: this.id,
      type: "public-key",
      authenticatorAttachment: "platform",
      clientExtensionResults: {},
      response,
    };
  }

  async #authData(
    rpId: string,
    faults: Faults,
    flags = 0,
    attested: Uint8Array = new Uint8Array(),
  ): Promise<Uint8Array> {
    const counter = new Uint8Array(4);
    new DataView(counter.buffer).setUint32(0, this.#counter);
    const present = 0x01 | (faults.isUnverified ? 0 : 0x04) | flags;
    return joined(await hash(utf8(faults.rpId ?? rpId)), [present], counter, attested);
  }
}

function clientData(type: string, options: Options, faults: Faults): Uint8Array {
  const { challenge } = options;
  return utf8(
    JSON.stringify({
      type,
      challenge: faults.challenge ?? challenge,
      origin: faults.origin ?? ORIGIN,
      crossOrigin: false,
    }),
  );
}
