/** The heading of a page, and the placeholder for an empty one. */
import { type ReactNode, useEffect } from "react";
import { useWords } from "../i18n.ts";
import { Icon, type IconName } from "./icon.tsx";

interface TitleProps {
  readonly title: string;
  readonly note?: ReactNode;
  readonly children?: ReactNode;
}

export function PageTitle({ title, note, children }: TitleProps) {
  const words = useWords();
  useEffect(() => {
    document.title = `${title} · ${words("app.name")}`;
  }, [title, words]);
  return (
    <header className="page-head">
      <h1>{title}</h1>
      {note ? <span className="note">{note}</span> : null}
      <div className="tools">{children}</div>
    </header>
  );
}

export function InfoText({ icon, text, children }: { icon?: IconName; text: string; children?: ReactNode }) {
  return (
    <div className="info" role="status">
      {icon ? <Icon name={icon} /> : null}
      <p>{text}</p>
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
