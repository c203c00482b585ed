/** A letter or message as operators may read it: without codes, and without the parts of addresses that grant access. Pure. */
import { letterOf, type Templates } from "./mail.ts";

export interface MaskedLetter {
  readonly subject: string;
  readonly text: string;
  /** Empty for a message to a phone. */
  readonly html: string;
  /** Names of the files. */
  readonly attachments: readonly string[];
}

const HIDDEN = "••••••";

/** Any link's path may be a token: the origin and the first part of the path stay, which say what the link is for. */
function maskedUrl(url: string): string {
  const [, origin = "", first = "", rest = ""] = /^(https?:\/\/[^/?#]+)(\/[\w.-]*)?(.*)$/i.exec(url) ?? [];
  if (rest === "") return first.length > 24 ? `${origin}/${HIDDEN}` : url;
  return `${origin}${first.length > 24 ? "" : first}/${HIDDEN}`;
}

const URLS = /https?:\/\/[^\s"'<>]+/gi;

/** The html spells some characters of an address as `&#…;`. */
const ESCAPED_CODE = /(?<![&#\d])\d{4,10}(?!\d)/g;

/**
 * The letter of an outbox row. Null when it is none, or when its content was forgotten after it was sent.
 *
 * In messages to phones, and in letters that hold a secret, every number that might be a code is hidden too.
 */
export function maskedLetter(
  row: { readonly kind: string; readonly payload: unknown },
  templates: Templates,
): MaskedLetter | null {
  const { secret, text: words } = row.payload as { secret?: boolean; text?: string };
  if (row.kind === "sms" && words === undefined) return null;
  const letter = row.kind === "mail" || row.kind === "sms" ? letterOf(row, templates) : null;
  if (!letter) return null;
  const hidesNumbers = row.kind === "sms" || secret === true;
  const mask = (content: string) => {
    const linked = content.replace(URLS, maskedUrl);
    const coded = letter.codes.reduce((masked, code) => masked.replaceAll(code, HIDDEN), linked);
    return coded;
  };
  // Styles have numbers, too: only what stands between tags is text.
  const inHtml = (html: string) =>
    hidesNumbers ? html.replace(/>[^<]+</g, (between) => between.replace(ESCAPED_CODE, HIDDEN)) : html;
  const inText = (content: string) => (hidesNumbers ? content.replace(ESCAPED_CODE, HIDDEN) : content);
  return {
    subject: inText(mask(letter.subject)),
    text: inText(mask(letter.text)),
    html: inHtml(mask(letter.html)),
    attachments: letter.attachments.map(({ name }) => name),
  };
}
