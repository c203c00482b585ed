/** The head of an outbox row's page: the mail or message as its reader gets it, without secrets. */
import { useQuery } from "@tanstack/react-query";
import type { RaRecord } from "ra-core";
import { useEffect, useRef, useState } from "react";
import { useMay } from "../declaration.tsx";
import { useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { call } from "../session.ts";

interface Letter {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly string[];
}

export function LetterHead({ row }: { row: RaRecord }) {
  const words = useWords();
  const mayRead = useMay("outbox", "letter");
  const isLetter = row.kind === "mail" || row.kind === "sms";
  const [asText, setAsText] = useState(false);
  const { data, isPending } = useQuery({
    queryKey: ["letter", row.id, row.status],
    queryFn: ({ signal }) => call<Letter>("GET", `/api/admin/outbox/${row.id}/letter/`, { signal }),
    enabled: isLetter && mayRead,
    retry: false,
  });
  if (!isLetter || !mayRead || isPending) return null;
  if (!data) return <p className="note">{words("letter.forgotten")}</p>;
  const { from, to, subject, text, html, attachments } = data;
  const hasHtml = html !== "" && !asText;
  return (
    <article className="letter" aria-label={words("letter.title")}>
      <header>
        <h2>{subject}</h2>
        {html ? (
          <Button onClick={() => setAsText(!asText)}>
            {words(asText ? "letter.asHtml" : "letter.asText")}
          </Button>
        ) : null}
      </header>
      <dl>
        {from ? (
          <div>
            <dt>{words("letter.from")}</dt>
            <dd>{from}</dd>
          </div>
        ) : null}
        <div>
          <dt>{words("letter.to")}</dt>
          <dd>{to}</dd>
        </div>
        {attachments.length > 0 ? (
          <div>
            <dt>{words("letter.files")}</dt>
            <dd>{attachments.join(", ")}</dd>
          </div>
        ) : null}
      </dl>
      {hasHtml ? <Framed html={html} title={subject} /> : <pre>{text}</pre>}
      <p className="quiet">{words("letter.masked")}</p>
    </article>
  );
}

/** What a letter is made of. Anything else, and every attribute but a style, is left out. */
const TAGS = new Set([
  "A",
  "BODY",
  "BR",
  "DIV",
  "H1",
  "H2",
  "LI",
  "OL",
  "P",
  "SPAN",
  "STRONG",
  "TABLE",
  "TBODY",
  "TD",
  "TH",
  "TR",
  "UL",
]);

/**
 * The letter in a frame without scripts. Its document is built here from allowed elements, so that nothing in it loads,
 * runs or leads anywhere; styles are set by script, which the page's policy allows, unlike styles in the source.
 */
function Framed({ html, title }: { html: string; title: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    const page = frame.current?.contentDocument;
    if (!page) return;
    // Parsing a style would break the page's policy, which has a say in documents that are only parsed, too.
    const plain = html.replace(/<[^>]*>/g, (tag) => tag.replace(/\sstyle=/gi, " data-style="));
    const letter = new DOMParser().parseFromString(plain, "text/html");
    page.body.replaceChildren(...cleaned(letter.body.childNodes, page));
    page.body.style.cssText = styleOf(letter.body);
    page.documentElement.lang = letter.documentElement.lang;
    page.title = title;
    if (frame.current) frame.current.style.height = `${Math.min(900, page.body.scrollHeight + 8)}px`;
  }, [html, title]);
  return <iframe ref={frame} sandbox="allow-same-origin" title={title} />;
}

/** Without anything that might load. */
function styleOf(element: HTMLElement): string {
  const style = element.dataset.style ?? "";
  return /url|@|\\|expression/i.test(style) ? "" : style;
}

function cleaned(nodes: Iterable<Node>, page: Document): Node[] {
  return [...nodes].flatMap((node): Node[] => {
    if (node.nodeType === Node.TEXT_NODE) return [page.createTextNode(node.textContent ?? "")];
    if (!(node instanceof HTMLElement) || !TAGS.has(node.tagName)) return [];
    const copy = page.createElement(node.tagName === "A" ? "span" : node.tagName);
    copy.style.cssText = styleOf(node);
    copy.append(...cleaned(node.childNodes, page));
    return [copy];
  });
}
