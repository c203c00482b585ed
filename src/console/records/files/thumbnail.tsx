/** A small picture of a file, which opens it large; a sign with the type for files without a picture. */
import { useState } from "react";
import { useWords } from "../../i18n.ts";
import { Icon } from "../../kit/icon.tsx";
import { FileFacts } from "./file-facts.tsx";
import { type FileValue, fileAddress, isPicture, typeName } from "./file-value.ts";
import { useOpenFile } from "./gallery.tsx";

interface ThumbnailProps {
  readonly value: FileValue;
  /** The record's title. */
  readonly title: string;
  readonly large?: boolean;
}

export function Thumbnail({ value, title, large = false }: ThumbnailProps) {
  const words = useWords();
  const open = useOpenFile();
  // What the audit log kept of a file.
  if (!value.url)
    return value.name || value.type ? <FileFacts value={value} /> : <span>{words("file.some")}</span>;
  const picture = <Picture key={value.url} value={value} width={large ? 640 : 160} />;
  const className = large ? "thumbnail large" : "thumbnail";
  if (!open) return <span className={className}>{picture}</span>;
  // The name holds what the sign shows.
  const sign = !isPicture(value) && value.type ? `, ${typeName(value.type)}` : "";
  return (
    <button
      type="button"
      className={className}
      aria-label={words("file.open", { name: title + sign })}
      onClick={() => open(value)}
    >
      {picture}
    </button>
  );
}

function Picture({ value, width }: { value: FileValue; width: number }) {
  const [failed, setFailed] = useState(!isPicture(value));
  if (failed)
    return (
      <span className="file-sign">
        <Icon name="file" />
        {value.type ? <small>{typeName(value.type)}</small> : null}
      </span>
    );
  const address = fileAddress(value.url ?? "", width);
  return <img src={address} alt="" loading="lazy" decoding="async" onError={() => setFailed(true)} />;
}
