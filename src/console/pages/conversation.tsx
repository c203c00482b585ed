/** The conversation of a ticket: messages, typing, the answer, internal notes. */

import { useLive, useRoom, useTyping } from "@caravan/client/react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNotify } from "ra-core";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { Link } from "react-router-dom";
import { useCode } from "../codes.ts";
import { useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Guard } from "../kit/guard.tsx";
import { Icon } from "../kit/icon.tsx";
import { InfoText, Loading } from "../kit/page.tsx";
import { shortId } from "../records/fields/titles.ts";
import { Ago } from "../records/fields/values.tsx";
import { answer, changeTicket, type MessageWire, nameOf, readTicket, type TicketWire } from "./ticket.ts";

const STATES = ["OPEN", "IN_PROGRESS", "RESOLVED", "CLOSED"] as const;

export function Conversation({ id }: { id: string }) {
  const words = useWords();
  const queries = useQueryClient();
  const { data: ticket, error } = useQuery({
    queryKey: ["conversation", id],
    queryFn: ({ signal }) => readTicket(id, signal),
  });
  const [typing] = useTyping(`ticket:${id}`);
  const refetch = () => {
    void queries.invalidateQueries({ queryKey: ["conversation", id] });
    void queries.invalidateQueries({ queryKey: ["conversations"] });
  };
  useRoom(`ticket:${id}`, { entry: refetch, reload: refetch });
  if (error) return <InfoText icon="alert" text={words("ra.notification.item_doesnt_exist")} />;
  if (!ticket) return <Loading />;
  return (
    <article className="conversation">
      <Head ticket={ticket} onChanged={refetch} />
      <Messages ticket={ticket} />
      <p className="typing" aria-live="polite">
        {typing === undefined
          ? ""
          : `${typing === ticket.author.id ? nameOf(ticket.author) : "…"} ${words("ticket.typing")}`}
      </p>
      <Answer id={id} onSent={refetch} />
    </article>
  );
}

function Head({ ticket, onChanged }: { ticket: TicketWire; onChanged: () => void }) {
  const words = useWords();
  const code = useCode();
  const notify = useNotify();
  const change = async (status: string) => {
    try {
      await changeTicket(ticket.id, { status });
      onChanged();
    } catch (error) {
      notify(error instanceof Error ? error.message : "error.offline", { type: "error" });
    }
  };
  return (
    <header>
      <Link className="back" to="/conversations" aria-label={words("do.back")}>
        <Icon name="left" />
      </Link>
      <div>
        <h2>{ticket.subject}</h2>
        <p className="quiet">
          <Link to={`/users/${ticket.author.id}`}>{nameOf(ticket.author)}</Link>
          {ticket.related_order ? (
            <>
              {" · "}
              <Link to={`/orders/${ticket.related_order}`}>
                {words("ticket.order")} {shortId(ticket.related_order)}
              </Link>
            </>
          ) : null}
          {ticket.assigned_to ? ` · ${nameOf(ticket.assigned_to)}` : ""}
        </p>
      </div>
      <select
        aria-label={words("ticket.status")}
        value={ticket.status}
        onChange={(event) => change(event.target.value)}
      >
        {STATES.map((state) => (
          <option key={state} value={state}>
            {code(state)}
          </option>
        ))}
      </select>
    </header>
  );
}

function Messages({ ticket }: { ticket: TicketWire }) {
  const end = useRef<HTMLLIElement>(null);
  const count = ticket.messages.length;
  useEffect(() => {
    if (count > 0) end.current?.scrollIntoView({ block: "end" });
  }, [count]);
  return (
    <ol className="messages">
      {ticket.messages.map((message) => (
        <Bubble key={message.id} message={message} theirs={message.author.id === ticket.author.id} />
      ))}
      <li ref={end} aria-hidden="true" />
    </ol>
  );
}

function Bubble({ message, theirs }: { message: MessageWire; theirs: boolean }) {
  const words = useWords();
  return (
    <li className={`bubble ${theirs ? "theirs" : "ours"} ${message.is_internal ? "internal" : ""}`}>
      <p>{message.body}</p>
      <small>
        {nameOf(message.author)} · <Ago value={message.created_at} />
        {message.is_internal ? ` · ${words("ticket.note")}` : ""}
      </small>
    </li>
  );
}

function Answer({ id, onSent }: { id: string; onSent: () => void }) {
  const [text, setText] = useState("");
  const [internal, setInternal] = useState(false);
  const [busy, setBusy] = useState(false);
  const live = useLive();
  const words = useWords();
  const notify = useNotify();
  const send = async () => {
    if (!text.trim() || busy) return;
    setBusy(true);
    try {
      await answer(id, text.trim(), internal);
      setText("");
      onSent();
    } catch (error) {
      notify(error instanceof Error ? error.message : "error.offline", { type: "error" });
    }
    setBusy(false);
  };
  const write = (words: string) => {
    setText(words);
    // Typing an internal note is not shown to the author.
    if (!internal) live?.room(`ticket:${id}`).typing();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };
  return (
    <form
      className={internal ? "answer internal" : "answer"}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Guard when={text.trim() !== ""} />
      <textarea
        rows={2}
        aria-label={words("ticket.write")}
        placeholder={words("ticket.placeholder")}
        value={text}
        onChange={(event) => write(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="row">
        <label>
          <input type="checkbox" checked={internal} onChange={(event) => setInternal(event.target.checked)} />
          {words("ticket.internal")}
        </label>
        <Button type="submit" look="main" icon="send" disabled={busy || !text.trim()}>
          {words("ticket.write")}
        </Button>
      </div>
    </form>
  );
}
