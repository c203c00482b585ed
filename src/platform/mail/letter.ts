/** The parts of a mail, and their rendering as text and HTML. */

export interface LetterLink {
  readonly label: string;
  readonly url: string;
}

export interface Letter {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** Labelled facts, one per line: place, time … */
  readonly facts?: readonly (readonly [label: string, value: string])[];
  readonly action?: LetterLink;
  /** Links below the action button. */
  readonly further?: readonly LetterLink[];
  /** A one-time code that the text contains; listed for the development outbox. */
  readonly code?: string;
}

export interface RenderedLetter {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly links: readonly string[];
  readonly codes: readonly string[];
}

export function render(letter: Letter): RenderedLetter {
  const facts = letter.facts ?? [];
  const links = [...(letter.action ? [letter.action] : []), ...(letter.further ?? [])];
  const text = [
    ...letter.paragraphs,
    ...(facts.length ? [facts.map(([label, value]) => `${label}: ${value}`).join("\n")] : []),
    ...links.map(({ label, url }) => `${label}:\n${url}`),
  ].join("\n\n");
  return {
    // A line break in a subject would start a new mail header.
    subject: letter.subject.replace(/\s+/g, " ").trim(),
    text,
    html: renderHtml(letter),
    links: links.map(({ url }) => url),
    codes: letter.code ? [letter.code] : [],
  };
}

function renderHtml(letter: Letter): string {
  const paragraphs = letter.paragraphs.map((words) => `<p style="margin:0 0 16px">${escapeHtml(words)}</p>`);
  const facts = (letter.facts ?? []).map(
    ([label, value]) =>
      `<tr><td style="padding:2px 16px 2px 0;color:#667085">${escapeHtml(label)}</td><td>${escapeHtml(value)}</td></tr>`,
  );
  const table = facts.length
    ? `<table style="margin:0 0 16px;border-collapse:collapse">${facts.join("")}</table>`
    : "";
  const button = letter.action
    ? `<p><a href="${escapeHtml(letter.action.url)}" style="display:inline-block;padding:10px 18px;border-radius:8px;` +
      `background:#0b6e4f;color:#fff;text-decoration:none">${escapeHtml(letter.action.label)}</a></p>`
    : "";
  const further = (letter.further ?? []).map(
    ({ label, url }) =>
      `<p style="margin:16px 0 0"><a href="${escapeHtml(url)}" style="color:#667085">${escapeHtml(label)}</a></p>`,
  );
  return (
    `<!doctype html><html><body style="margin:0;padding:24px;background:#f6f7f9;color:#1d2939;` +
    `font:16px/1.5 system-ui,sans-serif"><div style="max-width:560px;margin:0 auto;padding:24px;background:#fff;` +
    `border-radius:12px">${paragraphs.join("")}${table}${button}${further.join("")}</div></body></html>`
  );
}

function escapeHtml(words: string): string {
  return words.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
