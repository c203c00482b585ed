/** Who sends the letters: the name and address of the setting `MAIL_FROM`. */
import type { Runtime } from "../runtime.ts";

/** `Caravan <no-reply@example.com>` → name and address; an address alone is its own name. */
export function senderOf({ settings }: Runtime): { readonly name: string; readonly address: string } {
  const { from } = settings.mail;
  const [, name = "", address = from] = /^\s*(.*?)\s*<([^<>]+)>\s*$/.exec(from) ?? [];
  return { name: name.replace(/^"(.*)"$/, "$1") || address, address };
}
