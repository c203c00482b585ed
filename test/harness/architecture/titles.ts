/** The titles of tests in a source file, and what is wrong with one. Pure. */

const PAIRS: Readonly<Record<string, string>> = { "(": ")", "<": ">" };

/** The index behind the bracket that closes the one at `start`; strings and comments are skipped. */
function closing(source: string, start: number): number {
  const [open, close] = [source[start] ?? "", PAIRS[source[start] ?? ""]];
  let depth = 0;
  for (let at = start; at < source.length; at++) {
    const char = source[at] ?? "";
    if (`"'\``.includes(char)) at = stringEnd(source, at) - 1;
    else if (source.startsWith("//", at)) at = source.indexOf("\n", at);
    else if (source.startsWith("/*", at)) at = source.indexOf("*/", at) + 1;
    else if (char === open) depth++;
    else if (char === close && !(close === ">" && source[at - 1] === "=") && --depth === 0) return at + 1;
  }
  return source.length;
}

function stringEnd(source: string, start: number): number {
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === "\\") at++;
    else if (source[at] === source[start]) return at + 1;
  }
  return source.length;
}

/** The titles that a source gives to `test` and `test.each`. */
export function titlesOf(source: string): string[] {
  return [...source.matchAll(/(?<![\w."'`])test((?:\.\w+)*)(?=[(<])/g)].flatMap(
    ({ index, 0: name, 1: more }) => {
      let at = index + name.length;
      if (source[at] === "<") at = closing(source, at);
      if (more !== undefined && /each|for|If/.test(more)) at = closing(source, at);
      const [, space = ""] = /^\((\s*)/.exec(source.slice(at, at + 40)) ?? [];
      at += 1 + space.length;
      return `"'\``.includes(source[at] ?? " ") ? [source.slice(at + 1, stringEnd(source, at) - 1)] : [];
    },
  );
}

/** Why a title can't be read alone; null when it can. */
export function titleFault(title: string): string | null {
  if (!/^[A-ZА-Я]/.test(title)) return `"${title}" does not begin with a capital letter`;
  if (!/[.?!]$/.test(title)) return `"${title}" does not end with a full stop`;
  return title.includes(" ") ? null : `"${title}" is no sentence`;
}
