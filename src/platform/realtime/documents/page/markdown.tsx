/** Renders the CommonMark that the guide is written in: headings, paragraphs, lists, tables, code, `code` and **bold**. */
import type { Child } from "hono/jsx";

/** The blocks of a text. `level` is that of its highest heading. */
export function Markdown({ text, level = 3 }: { text: string; level?: 3 | 4 }) {
  return <>{blocksOf(text).map((block) => renderBlock(block, level))}</>;
}

/** A fence may have empty lines in it; every other block ends with one. */
function blocksOf(text: string): string[] {
  return text
    .split(/(^```[\s\S]*?^```$)/m)
    .flatMap((part) => (part.startsWith("```") ? [part] : part.split(/\n{2,}/)))
    .map((block) => block.trim())
    .filter(Boolean);
}

function renderBlock(block: string, level: 3 | 4): Child {
  const lines = block.split("\n");
  const fence = /^```(\w*)\n([\s\S]*)\n```$/.exec(block);
  if (fence) return <Code language={fence[1] ?? ""} text={fence[2] ?? ""} />;
  const heading = /^### (.*)$/.exec(block);
  if (heading) return level === 3 ? <h3>{inline(heading[1])}</h3> : <h4>{inline(heading[1])}</h4>;
  if (block.startsWith("|")) return <Table lines={lines} />;
  if (/^\d+\. /.test(block))
    return (
      <ol>
        {lines.map((line) => (
          <li>{inline(line.replace(/^\d+\. /, ""))}</li>
        ))}
      </ol>
    );
  return <p>{inline(lines.join(" "))}</p>;
}

function Table({ lines }: { lines: readonly string[] }) {
  const [head = [], , ...rows] = lines.map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
  return (
    <div class="table">
      <table>
        <thead>
          <tr>
            {head.map((cell) => (
              <th>{cell}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map((cell, index) => (
                <td data-name={head[index]}>{inline(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** `code` and **bold** within a line. */
export function inline(text = ""): Child {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.startsWith("`")) return <code>{part.slice(1, -1)}</code>;
    if (part.startsWith("**")) return <strong>{inline(part.slice(2, -2))}</strong>;
    return part;
  });
}

/** A block of code; JSON is coloured. */
export function Code({ text, language = "json" }: { text: string; language?: string }) {
  return (
    <pre tabindex={0}>
      <code>{language === "json" ? coloured(text) : text}</code>
    </pre>
  );
}

const TOKEN = /("(?:[^"\\]|\\.)*"\s*:)|("(?:[^"\\]|\\.)*")|\b(true|false|null|-?\d+(?:\.\d+)?)\b/g;

function coloured(json: string): Child {
  const parts: Child[] = [];
  let end = 0;
  for (const { index, 0: token, 1: key, 2: string } of json.matchAll(TOKEN)) {
    parts.push(json.slice(end, index));
    parts.push(<span class={key ? "key" : string ? "string" : "value"}>{token}</span>);
    end = index + token.length;
  }
  return [...parts, json.slice(end)];
}
