/** The answer: text, saved replies after `/`, files, an internal note; a draft that stays until it is sent. */
import { useLive } from "@caravan/client/react";
import { useQuery } from "@tanstack/react-query";
import {
  type ClipboardEvent,
  type KeyboardEvent,
  type RefObject,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { useWords } from "../../../i18n.ts";
import { Button } from "../../../kit/button.tsx";
import { Guard } from "../../../kit/guard.tsx";
import { shortId } from "../../../records/fields/titles.ts";
import { type Detail, readReplies } from "../requests.ts";
import { keepDraft, useDraft } from "./drafts.ts";
import { fillReply, findReplies, insertReply, type SavedReply, slashAt } from "./replies.ts";
import { ReplyList } from "./reply-list.tsx";
import type { Sending } from "./sending.ts";
import { Tray } from "./tray.tsx";
import { ACCEPTED, useUploads } from "./uploads.ts";

export interface ComposerKeys {
  /** Puts the caret into the answer, or into a note. */
  begin(isNote: boolean): void;
}

interface ComposerProps {
  readonly ticket: Detail;
  readonly operator: string;
  readonly sending: Sending;
  readonly keys: RefObject<ComposerKeys | null>;
  /** Escape was pressed, and nothing in the answer was left to close. */
  readonly onLeave: () => void;
}

/** As the server takes it. */
const MOST = 4000;

export function Composer({ ticket, operator, sending, keys, onLeave }: ComposerProps) {
  const { id } = ticket;
  const words = useWords();
  const live = useLive();
  const { text, internal } = useDraft(id);
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const uploads = useUploads(id);
  const [isDragged, setDragged] = useState(false);
  const replies = useReplies({ ticket, operator, text, field, write: (next) => write(next) });
  const list = useId();
  const stored = uploads.files.filter((file) => file.id !== null);
  const isReady = !uploads.isBusy && (text.trim() !== "" || stored.length > 0);

  const write = (next: string, note = internal) => {
    keepDraft(id, { text: next, internal: note });
    // Typing an internal note is not shown to the author.
    if (!note && next !== "") live?.room(`ticket:${id}`).typing();
  };
  const setNote = (note: boolean) => keepDraft(id, { text, internal: note });
  useImperativeHandle(keys, () => ({
    begin(isNote) {
      setNote(isNote);
      field.current?.focus();
    },
  }));
  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${Math.max(text === "" ? 0 : area.scrollHeight + 2, 58)}px`;
  }, [text]);
  const send = () => {
    if (!isReady) return;
    const attachments = stored.flatMap((file) => file.id ?? []);
    sending.send({ body: text.trim(), is_internal: internal, attachments }, stored);
    keepDraft(id, { text: "", internal });
    uploads.clear();
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || replies.onKeyDown(event)) return;
    if (event.key === "Enter" && !event.shiftKey) send();
    else if (event.key === "Escape") onLeave();
    else return;
    event.preventDefault();
  };
  const onPaste = (event: ClipboardEvent) => {
    const { files } = event.clipboardData;
    if (files.length === 0) return;
    event.preventDefault();
    uploads.add(files);
  };
  return (
    <form
      className={internal ? "answer internal" : "answer"}
      data-dragged={isDragged ? "yes" : "no"}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setDragged(true);
      }}
      onDragLeave={() => setDragged(false)}
      onDrop={(event) => {
        event.preventDefault();
        setDragged(false);
        uploads.add(event.dataTransfer.files);
      }}
    >
      {/* The text stays as a draft; files would be lost. */}
      <Guard when={uploads.files.some(({ fault }) => fault === null)} />
      <Tray uploads={uploads} />
      <div className="answer-field">
        {replies.found ? (
          <ReplyList id={list} found={replies.found} at={replies.at} onPick={replies.pick} />
        ) : null}
        <textarea
          ref={field}
          rows={2}
          maxLength={MOST}
          aria-label={words("ticket.write")}
          aria-autocomplete="list"
          aria-controls={replies.found ? list : undefined}
          aria-activedescendant={replies.found?.length ? `${list}-${replies.at}` : undefined}
          placeholder={words(internal ? "talk.notePlaceholder" : "talk.placeholder")}
          value={text}
          onChange={(event) => {
            replies.look(event.target);
            write(event.target.value);
          }}
          onSelect={(event) => replies.look(event.currentTarget)}
          onBlur={replies.close}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
      </div>
      <div className="row">
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          accept={ACCEPTED}
          data-testid="attach"
          onChange={(event) => {
            uploads.add([...(event.target.files ?? [])]);
            event.target.value = "";
          }}
        />
        <Button
          look="quiet"
          icon="clip"
          label={words("talk.attach")}
          onClick={() => picker.current?.click()}
        />
        <Button look="quiet" icon="bolt" label={words("talk.replies")} onClick={replies.begin} />
        <label>
          <input type="checkbox" checked={internal} onChange={(event) => setNote(event.target.checked)} />
          {words("ticket.internal")}
        </label>
        {text.length > MOST - 200 ? <span className="number quiet">{MOST - text.length}</span> : null}
        <Button type="submit" look="main" icon="send" disabled={!isReady} className="send">
          {words(internal ? "talk.addNote" : "ticket.write")}
        </Button>
      </div>
    </form>
  );
}

interface RepliesProps {
  readonly ticket: Detail;
  readonly operator: string;
  readonly text: string;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly write: (text: string) => void;
}

/** The list of saved replies, open while the caret is behind a slash and what follows it. */
function useReplies({ ticket, operator, text, field, write }: RepliesProps) {
  const [caret, setCaret] = useState<number | null>(null);
  const [at, setAt] = useState(0);
  const slash = caret === null ? null : slashAt(text, caret);
  const { data = [] } = useQuery({
    queryKey: ["saved-replies"],
    queryFn: ({ signal }) => readReplies(signal),
    staleTime: 60_000,
    enabled: slash !== null,
  });
  const found = slash && findReplies(data, slash.query);
  const close = () => setCaret(null);
  const place = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (place.current !== null) field.current?.setSelectionRange(place.current, place.current);
    place.current = null;
  });
  const pick = (reply: SavedReply | undefined) => {
    if (!slash || caret === null || !reply) return;
    const { related_order: order } = ticket;
    const filled = fillReply(reply.text, {
      name: ticket.author.name,
      operator,
      order: order && `#${shortId(order)}`,
    });
    const next = insertReply(text, slash, caret, filled);
    place.current = next.caret;
    close();
    write(next.text);
    field.current?.focus();
  };
  return {
    found,
    at: Math.min(at, Math.max(0, (found?.length ?? 1) - 1)),
    pick,
    close,
    /** The text or the caret has changed. */
    look(area: HTMLTextAreaElement) {
      const isCaret = area.selectionStart === area.selectionEnd;
      setCaret(isCaret ? area.selectionStart : null);
    },
    /** Types the slash where the caret is. */
    begin() {
      const area = field.current;
      if (!area) return;
      area.focus();
      const before = text.slice(0, area.selectionStart);
      const typed = `${before}${before === "" || /\s$/.test(before) ? "" : " "}/`;
      place.current = typed.length;
      write(typed + text.slice(area.selectionEnd));
      setCaret(typed.length);
      setAt(0);
    },
    /** Whether the key was for the list. */
    onKeyDown(event: KeyboardEvent): boolean {
      if (!found) return false;
      const last = found.length - 1;
      if (event.key === "ArrowDown") setAt(at >= last ? 0 : at + 1);
      else if (event.key === "ArrowUp") setAt(at <= 0 ? last : at - 1);
      else if (
        (event.key === "Enter" || event.key === "Tab") &&
        found.length > 0 &&
        !event.ctrlKey &&
        !event.metaKey
      )
        pick(found[Math.min(at, last)]);
      else if (event.key === "Escape") close();
      else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
  };
}
