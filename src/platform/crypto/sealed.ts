/** Encrypts texts with AES-GCM, each with its own key: `iv.data`, both in base64. */

export async function seal(key: CryptoKey, words: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(words));
  return `${iv.toBase64()}.${new Uint8Array(sealed).toBase64()}`;
}

/** Throws when the key is wrong. */
export async function unseal(key: CryptoKey, sealed: string): Promise<string> {
  const [iv = "", data = ""] = sealed.split(".");
  const open = await crypto.subtle.decrypt(
    { name: "AES-GCM", iv: Uint8Array.fromBase64(iv) },
    key,
    Uint8Array.fromBase64(data),
  );
  return new TextDecoder().decode(open);
}
