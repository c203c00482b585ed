/** An authenticator app: the codes of a secret, by another hand than the server's. */
import { generateHOTP } from "@oslojs/otp";

/** The bytes of a secret in base32. */
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
