/** The program below a scene, coloured, with this server's address in it. A test runs the same file. */
import { useId } from "react";
import { useWords } from "../language.tsx";
import { CopyButton } from "./copy-button.tsx";

/** The address that the programs name. */
const NAMED = "http://127.0.0.1:8787";

export function Code({ source }: { source: string }) {
  const words = useWords();
  const id = useId();
  const text = source.replaceAll(NAMED, location.origin);
  return (
    <section className="code-part" aria-labelledby={id}>
      <header>
        <h3 id={id}>{words("code.name")}</h3>
        <p className="quiet">
          {words("code.lead")} <a href="/docs/start/client/">{words("code.more")}</a>
        </p>
        <CopyButton text={() => text} label={words("frames.copy")} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by the keyboard */}
      <pre tabIndex={0}>
        <code>
          {tokensOf(text).map(({ kind, words, at }) =>
            kind ? (
              <span key={at} className={kind}>
                {words}
              </span>
            ) : (
              words
            ),
          )}
        </code>
      </pre>
    </section>
  );
}

interface Token {
  readonly at: number;
  readonly kind: "comment" | "string" | "keyword" | "";
  readonly words: string;
}

const PARTS =
  /(?<comment>\/\/[^\n]*)|(?<string>"[^"\n]*"|`[^`]*`)|\b(?<keyword>import|from|const|let|await|async|new|return|if|of|for|null|true|false)\b/g;

/** A program cut into comments, texts, keywords and the rest. */
function tokensOf(text: string): Token[] {
  const found: Token[] = [];
  let end = 0;
  for (const match of text.matchAll(PARTS)) {
    if (match.index > end) found.push({ at: end, kind: "", words: text.slice(end, match.index) });
    const kind = (["comment", "string", "keyword"] as const).find((each) => match.groups?.[each]) ?? "";
    found.push({ at: match.index, kind, words: match[0] });
    end = match.index + match[0].length;
  }
  found.push({ at: end, kind: "", words: text.slice(end) });
  return found;
}
