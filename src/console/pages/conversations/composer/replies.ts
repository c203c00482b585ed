/** Saved replies: the placeholders in them, and how `/` in an answer finds them. Pure. */

export interface SavedReply {
  readonly id: number;
  readonly title: string;
  readonly text: string;
}

export interface ReplyFacts {
  /** The client's name. */
  readonly name: string;
  readonly operator: string;
  /** The related order's number; null without one. */
  readonly order: string | null;
}

/** A reply's text with its placeholders filled in. One without a value stays, so that the operator sees it. */
export function fillReply(text: string, { name, operator, order }: ReplyFacts): string {
  const values: Readonly<Record<string, string | null>> = { name, operator, order };
  return text.replace(/\{(\w+)\}/g, (placeholder, key: string) => values[key] || placeholder);
}

export interface Slash {
  /** Where the slash is. */
  readonly from: number;
  readonly query: string;
}

/** What is typed after a slash that begins the text, a line or a word, up to the caret; null without one. */
export function slashAt(text: string, caret: number): Slash | null {
  const found = /(?:^|\s)\/([^\n/]{0,40})$/.exec(text.slice(0, caret));
  if (found?.[1] === undefined) return null;
  return { from: caret - found[1].length - 1, query: found[1] };
}

/** Replies with all words of the query in title or text; those whose title has them first. */
export function findReplies(replies: readonly SavedReply[], query: string): readonly SavedReply[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (text: string) => words.every((word) => text.toLowerCase().includes(word));
  return [
    ...replies.filter(({ title }) => has(title)),
    ...replies.filter(({ title, text }) => !has(title) && has(`${title} ${text}`)),
  ];
}

/** The text with the slash and its query replaced, and where the caret goes. */
export function insertReply(text: string, slash: Slash, caret: number, reply: string) {
  return { text: text.slice(0, slash.from) + reply + text.slice(caret), caret: slash.from + reply.length };
}
