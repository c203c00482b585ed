/** A file opened large, with the next and the previous one. Escape closes it, and the focus returns to what opened it. */
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useFormats, useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { Icon } from "../../kit/icon.tsx";
import { FileFacts } from "./file-facts.tsx";
import { type FileValue, fileAddress, isPicture } from "./file-value.ts";

/** A file that can be opened, and the record that it belongs to. */
export interface Opened {
  readonly title: string;
  readonly value: FileValue & { readonly url: string };
}

interface LightboxProps {
  readonly files: readonly Opened[];
  readonly first: number;
  readonly onClose: () => void;
}

export function Lightbox({ files, first, onClose }: LightboxProps) {
  const words = useWords();
  const formats = useFormats();
  const place = useRef<HTMLDialogElement>(null);
  const [at, setAt] = useState(first);
  useEffect(() => {
    place.current?.showModal();
  }, []);
  const file = files[at];
  if (!file) return null;
  const move = (by: number) => setAt((at + by + files.length) % files.length);
  const onKeyDown = (event: KeyboardEvent) => {
    if (files.length < 2) return;
    if (event.key === "ArrowRight") move(1);
    if (event.key === "ArrowLeft") move(-1);
  };
  const { title, value } = file;
  return (
    <dialog
      ref={place}
      className="lightbox"
      aria-label={title}
      onClose={onClose}
      onKeyDown={onKeyDown}
      onClick={(event) => {
        if (event.target === place.current) place.current?.close();
      }}
    >
      <header>
        <div aria-live="polite">
          <strong>{title}</strong>
          <FileFacts value={value} />
        </div>
        {files.length > 1 ? (
          <span className="number">
            {words("file.position", { at: formats.number(at + 1), of: formats.number(files.length) })}
          </span>
        ) : null}
        <a className="button quiet bare" href={fileAddress(value.url)} download={value.name ?? ""}>
          <Icon name="download" />
          <span className="unseen">{words("file.download")}</span>
        </a>
        {/* Closing by the dialog's own method returns the focus. */}
        <Button
          look="quiet"
          icon="close"
          label={words("do.close")}
          onClick={() => place.current?.close()}
          autoFocus
        />
      </header>
      <Large key={value.version ?? value.url} value={value} title={title} />
      {files.length > 1 ? (
        <>
          <Button className="previous" icon="left" label={words("file.previous")} onClick={() => move(-1)} />
          <Button className="next" icon="right" label={words("file.next")} onClick={() => move(1)} />
        </>
      ) : null}
    </dialog>
  );
}

/** What the browser can't show is offered for download. */
function Large({ value, title }: { value: Opened["value"]; title: string }) {
  const words = useWords();
  const [failed, setFailed] = useState(!isPicture(value));
  if (!failed)
    return <img src={fileAddress(value.url)} alt={value.name ?? title} onError={() => setFailed(true)} />;
  return (
    <div className="no-preview">
      <Icon name="file" />
      <p>{words("file.noPreview")}</p>
      <a className="button main" href={fileAddress(value.url)} download={value.name ?? ""}>
        {words("file.download")}
      </a>
    </div>
  );
}
