/** A modal dialog on the browser's `<dialog>`: it traps focus, closes on Escape, and makes the page behind inert. */
import { type ReactNode, useEffect, useId, useRef } from "react";
import { useWords } from "../i18n.ts";
import { Button } from "./button.tsx";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly footer?: ReactNode;
  readonly wide?: boolean;
}

export function Dialog({ title, onClose, children, footer, wide }: DialogProps) {
  const place = useRef<HTMLDialogElement>(null);
  const id = useId();
  const words = useWords();
  useEffect(() => {
    const dialog = place.current;
    dialog?.showModal();
    // What is asked first; else the button that changes nothing, so that Enter does no harm.
    const first = "input, select, textarea, button";
    (
      dialog?.querySelector<HTMLElement>(".dialog-body :is(input, select, textarea)") ??
      dialog?.querySelector<HTMLElement>(`:scope > footer :is(${first})`) ??
      dialog?.querySelector<HTMLElement>(`.dialog-body :is(${first})`)
    )?.focus();
  }, []);
  return (
    <dialog ref={place} className={wide ? "dialog wide" : "dialog"} aria-labelledby={id} onClose={onClose}>
      <header>
        <h2 id={id}>{title}</h2>
        <Button look="quiet" icon="close" label={words("do.close")} onClick={onClose} />
      </header>
      <div className="dialog-body">{children}</div>
      {footer ? <footer>{footer}</footer> : null}
    </dialog>
  );
}

interface ConfirmProps {
  readonly title: string;
  readonly children?: ReactNode;
  /** The deed, and the button that changes nothing: no two buttons say the same. */
  readonly action: string;
  readonly keep?: string | undefined;
  readonly danger?: boolean;
  readonly busy?: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

export function Confirm({ title, children, action, keep, danger, busy, onConfirm, onClose }: ConfirmProps) {
  const words = useWords();
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{keep || words("do.keep")}</Button>
          <Button look={danger ? "danger" : "main"} disabled={busy} onClick={onConfirm}>
            {action}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
