/** The parts of a mail, and their rendering as text and HTML. */
import { type Locale, type Text, text } from "../http/text.ts";

export interface LetterLink {
  readonly label: string;
  readonly url: string;
}

/** A file in a letter. */
export interface Attachment {
  readonly name: string;
  /** MIME type with its parameters. */
  readonly type: string;
  /** Text; sent as UTF-8. */
  readonly content: string;
}

export interface Letter {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** Labelled facts, one per line: place, time … */
  readonly facts?: readonly (readonly [label: string, value: string])[];
  readonly action?: LetterLink;
  /** Links below the action button. */
  readonly further?: readonly LetterLink[];
  readonly attachments?: readonly Attachment[];
  /** A one-time code that the text contains; listed for the development outbox. */
  readonly code?: string;
}

export interface RenderedLetter {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly links: readonly string[];
  readonly codes: readonly string[];
  readonly attachments: readonly Attachment[];
  /** Further headers of the mail. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Rendering {
  readonly locale: Locale;
  /** The address that ends letters of this kind to this person; absent for letters that nobody can turn off. */
  readonly unsubscribe?: string | undefined;
}

const unsubscribeLabel: Text = text("Unsubscribe from letters like this", "Не присылать такие письма");

export function render(letter: Letter, { locale, unsubscribe }: Rendering): RenderedLetter {
  const facts = letter.facts ?? [];
  const links = [...(letter.action ? [letter.action] : []), ...(letter.further ?? [])];
  const end = unsubscribe === undefined ? [] : [{ label: unsubscribeLabel[locale], url: unsubscribe }];
  const words = [
    ...letter.paragraphs,
    ...(facts.length ? [facts.map(([label, value]) => `${label}: ${value}`).join("\n")] : []),
    ...[...links, ...end].map(({ label, url }) => `${label}:\n${url}`),
  ].join("\n\n");
  return {
    // A line break in a subject would start a new mail header.
    subject: letter.subject.replace(/\s+/g, " ").trim(),
    text: words,
    html: renderHtml(letter, locale, end),
    links: links.map(({ url }) => url),
    codes: letter.code ? [letter.code] : [],
    attachments: letter.attachments ?? [],
    headers: unsubscribe === undefined ? {} : oneClick(unsubscribe),
  };
}

/** One-click unsubscription, for the button that mail programs show (RFC 2369 and RFC 8058). */
const oneClick = (url: string) => ({
  "List-Unsubscribe": `<${url}>`,
  "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
});

const QUIET = "color:#667085";

function renderHtml(letter: Letter, locale: Locale, end: readonly LetterLink[]): string {
  const paragraphs = letter.paragraphs.map((words) => `<p style="margin:0 0 16px">${escapeHtml(words)}</p>`);
  const facts = (letter.facts ?? []).map(
    ([label, value]) =>
      `<tr><td style="padding:4px 16px 4px 0;${QUIET};vertical-align:top">${escapeHtml(label)}</td>` +
      `<td style="padding:4px 0;vertical-align:top">${escapeHtml(value)}</td></tr>`,
  );
  const table = facts.length
    ? `<table role="presentation" style="margin:0 0 16px;border-collapse:collapse">${facts.join("")}</table>`
    : "";
  const button = letter.action
    ? `<p style="margin:24px 0 0"><a href="${escapeHtml(letter.action.url)}" style="display:inline-block;padding:10px 18px;` +
      `border-radius:8px;background:#0b6e4f;color:#fff;text-decoration:none">${escapeHtml(letter.action.label)}</a></p>`
    : "";
  const further = (letter.further ?? []).map((link) => quietLink(link, "margin:16px 0 0"));
  const footer = end.map((link) => quietLink(link, "margin:0;font-size:13px")).join("");
  return (
    `<!doctype html><html lang="${locale}"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width"></head>` +
    `<body style="margin:0;padding:24px 12px;background:#f6f7f9;color:#1d2939;font:16px/1.5 system-ui,sans-serif">` +
    `<div style="max-width:560px;margin:0 auto">` +
    `<p style="margin:0 0 12px 24px;font-weight:600;color:#0b6e4f">Caravan</p>` +
    `<div style="padding:24px;background:#fff;border-radius:12px">${paragraphs.join("")}${table}${button}${further.join("")}</div>` +
    `${footer ? `<div style="padding:16px 24px">${footer}</div>` : ""}</div></body></html>`
  );
}

const quietLink = ({ label, url }: LetterLink, style: string) =>
  `<p style="${style}"><a href="${escapeHtml(url)}" style="${QUIET}">${escapeHtml(label)}</a></p>`;

function escapeHtml(words: string): string {
  return words.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
