/** The heading of a page, and the placeholder for an empty one. */
import { type ReactNode, useEffect } from "react";
import { useWords } from "../i18n.ts";
import { Icon, type IconName } from "./icon.tsx";

interface TitleProps {
  readonly title: string;
  readonly note?: ReactNode;
  readonly children?: ReactNode;
}

/** Names the browser's tab after the page. */
function useDocumentTitle(title: string): void {
  const words = useWords();
  useEffect(() => {
    document.title = `${title} · ${words("app.name")}`;
  }, [title, words]);
}

export function PageTitle({ title, note, children }: TitleProps) {
  useDocumentTitle(title);
  return (
    <header className="page-head">
      <h1>{title}</h1>
      {note ? <span className="note">{note}</span> : null}
      <div className="tools">{children}</div>
    </header>
  );
}

interface InfoProps {
  readonly icon?: IconName;
  readonly text: string;
  readonly children?: ReactNode;
}

/** Says that a part of a page is empty, and why. */
export function InfoText({ icon, text, children }: InfoProps) {
  return (
    <div className="info" role="status">
      {icon ? <Icon name={icon} /> : null}
      <p>{text}</p>
      {children}
    </div>
  );
}

/** A page that only says why it is empty: the text is its heading. */
export function InfoPage({ text, children }: Omit<InfoProps, "icon">) {
  useDocumentTitle(text);
  return (
    <div className="info" role="status">
      <Icon name="alert" />
      <h1>{text}</h1>
      {children}
    </div>
  );
}

export function Loading() {
  return (
    <div className="loading" aria-busy="true">
      <span className="bar" />
    </div>
  );
}
