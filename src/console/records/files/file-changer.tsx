/** Uploads, replaces and removes one file, with progress, questions that name the deed, and the reason of a refusal. */
import { useNotify } from "ra-core";
import { type DragEvent, type ReactNode, useRef, useState } from "react";
import type { FileRules } from "../../declaration.tsx";
import { useFormats, useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { Confirm } from "../../kit/dialog.tsx";
import { Fault } from "../../kit/fault.tsx";
import { sendFile, type Upload } from "./upload.ts";

interface FileChangerProps {
  /** The field's label: `Picture`. */
  readonly label: string;
  /** Whether there is a file now. */
  readonly filled: boolean;
  readonly rules: FileRules;
  readonly target: Pick<Upload, "method" | "path" | "field" | "version">;
  readonly onRemove: () => Promise<unknown>;
  /** After a change, and after a refusal because the file is another one by now. */
  readonly onChanged: () => unknown;
  readonly children: ReactNode;
}

export function FileChanger(props: FileChangerProps) {
  const { label, filled, rules, target, onRemove, onChanged, children } = props;
  const words = useWords();
  const notify = useNotify();
  const formats = useFormats();
  const input = useRef<HTMLInputElement>(null);
  const [progress, setProgress] = useState<number | null>(null);
  const [fault, setFault] = useState("");
  const [chosen, setChosen] = useState<File | null>(null);
  const [removing, setRemoving] = useState(false);
  const [busy, setBusy] = useState(false);
  const stop = useRef<AbortController>(null);

  const refused = (error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") return;
    if (error instanceof Error && "status" in error && error.status === 412) onChanged();
    setFault(error instanceof Error ? error.message : "error.offline");
  };
  const send = async (file: File) => {
    setChosen(null);
    setFault("");
    setProgress(0);
    stop.current = new AbortController();
    try {
      await sendFile({ ...target, file, onProgress: setProgress, signal: stop.current.signal });
      notify("file.saved", { type: "success" });
      // The next change names the version that is read now.
      await onChanged();
    } catch (error) {
      refused(error);
    }
    setProgress(null);
  };
  const choose = (file: File | undefined) => {
    if (!file) return;
    if (file.size > rules.max_bytes)
      return setFault(
        words("file.tooLarge", { size: formats.bytes(file.size), limit: formats.bytes(rules.max_bytes) }),
      );
    setFault("");
    if (filled) setChosen(file);
    else void send(file);
  };
  const remove = async () => {
    setBusy(true);
    setFault("");
    try {
      await onRemove();
      notify("file.removed", { type: "success" });
      await onChanged();
    } catch (error) {
      refused(error);
    }
    setBusy(false);
    setRemoving(false);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    if (rules.replace && progress === null) choose(event.dataTransfer.files[0]);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a file can be dropped here; the button does the same.
    <div className="file-changer" onDragOver={(event) => event.preventDefault()} onDrop={onDrop}>
      {children}
      {progress === null ? (
        <div className="row">
          {rules.replace ? (
            <Button icon="upload" onClick={() => input.current?.click()}>
              {words(filled ? "file.replace" : "file.upload")}
            </Button>
          ) : null}
          {filled && rules.remove ? (
            <Button icon="trash" onClick={() => setRemoving(true)}>
              {words("file.remove")}
            </Button>
          ) : null}
        </div>
      ) : (
        <div className="row">
          <progress aria-label={words("file.sending")} max={1} value={progress} />
          <span className="number" role="status">
            {progress < 1 ? formats.percent(progress) : words("file.storing")}
          </span>
          <Button onClick={() => stop.current?.abort()}>{words("file.stop")}</Button>
        </div>
      )}
      <Fault text={fault === "error.offline" ? words("error.offline") : fault} />
      <input
        ref={input}
        type="file"
        hidden
        accept={[...rules.types, ...(rules.types.includes("image/heic") ? [".heic", ".heif"] : [])].join(",")}
        aria-label={label}
        onChange={(event) => {
          choose(event.target.files?.[0]);
          // The same file may be chosen once more.
          event.target.value = "";
        }}
      />
      {chosen ? (
        <Confirm
          title={words("file.replaceTitle", { label })}
          action={words("file.replace")}
          keep={words("file.keep")}
          danger
          onConfirm={() => send(chosen)}
          onClose={() => setChosen(null)}
        >
          <p>{words("file.replaceAbout", { name: chosen.name, size: formats.bytes(chosen.size) })}</p>
        </Confirm>
      ) : null}
      {removing ? (
        <Confirm
          title={words("file.removeTitle", { label })}
          action={words("file.remove")}
          keep={words("file.keep")}
          danger
          busy={busy}
          onConfirm={remove}
          onClose={() => setRemoving(false)}
        >
          <p>{words("file.removeAbout")}</p>
        </Confirm>
      ) : null}
    </div>
  );
}
