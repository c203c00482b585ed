/** One person's side of a chat. */
import type { Caravan } from "@caravan/client";
import { usePending, usePresence, useRoom, useTyping } from "@caravan/client/react";
import { type FormEvent, useCallback, useEffect, useRef, useState } from "react";
import { Button } from "../../console/kit/button.tsx";
import { useClock, useWords } from "../language.tsx";
import { useView } from "../person/people.ts";
import type { Person } from "../person/person.ts";

interface Message {
  readonly seq: number;
  readonly by: number | null;
  readonly text: string;
  readonly at: string;
}

interface ChatAppProps {
  readonly id: number;
  readonly person: Person;
  /** The name of the other one. */
  readonly other: string;
}

export function ChatApp({ id, person, other }: ChatAppProps) {
  const words = useWords();
  const clock = useClock();
  const { account } = useView(person);
  const { messages, readTo, room } = useMessages(id, person);
  const pending = usePending(`chat:${id}`);
  const present = usePresence(`chat:${id}`);
  const typing = useTyping(`chat:${id}`);
  const list = useRef<HTMLDivElement>(null);
  const count = messages.length + pending.length;
  useEffect(() => {
    if (count > 0) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [count]);
  const isHere = present.some((user) => user !== account?.id);
  return (
    <div className="chat">
      <p className="presence quiet">
        {typing.some((by) => by !== account?.id)
          ? words("chat.typing", { name: other })
          : words(isHere ? "chat.here" : "chat.away", { name: other })}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by the keyboard */}
      <div className="messages" ref={list} role="log" tabIndex={0} aria-label={words("chat.messages")}>
        {count === 0 ? <p className="quiet">{words("chat.none")}</p> : null}
        {messages.map(({ seq, by, text, at }) => (
          <div key={seq} className={`bubble ${by === account?.id ? "ours" : "theirs"}`} data-seq={seq}>
            <p>{text}</p>
            <small>
              {clock(at)}
              {by === account?.id ? ` · ${words(seq <= readTo ? "chat.read" : "chat.stored")}` : ""}
            </small>
          </div>
        ))}
        {pending.map(({ ref, body }) => (
          <div key={ref} className="bubble ours waiting">
            <p>{String(body.text)}</p>
            <small>{words("chat.waiting")}</small>
          </div>
        ))}
      </div>
      <Write onType={() => room?.typing()} onSay={(text) => void room?.message(text).catch(() => {})} />
    </div>
  );
}

/** What was said: loaded once, and continued by the room. `readTo`: how far the others have read. */
function useMessages(id: number, person: Person) {
  const [messages, setMessages] = useState<readonly Message[]>([]);
  const [readTo, setReadTo] = useState(0);
  const { caravan } = person;
  const mine = useView(person).account?.id;
  const room = useRoom(`chat:${id}`, {
    reload: () => void load().catch(() => {}),
    entry: ({ seq, by, body, at }) => {
      setMessages((before) => merge(before, [{ seq, by, text: String(body.text), at }]));
      room?.read(seq);
    },
    read: ({ by, seq }) => {
      if (by !== mine) setReadTo((before) => Math.max(before, seq));
    },
  });
  const load = useCallback(async () => {
    const loaded = await loadMessages(caravan, id);
    setMessages((before) => merge(before, loaded));
    room?.read();
  }, [caravan, id, room]);
  // A room that others keep open does not ask for it.
  useEffect(() => {
    if (room?.state === "open") void load().catch(() => {});
  }, [room, load]);
  return { messages, readTo, room };
}

async function loadMessages({ api }: Caravan, id: number): Promise<readonly Message[]> {
  const { chat_messages: newest } = await api.GET("/api/v1/chats/{id}/", { params: { path: { id } } });
  return newest.map(({ id: seq, sender: by, text, timestamp: at }) => ({ seq, by, text, at }));
}

/** Each message once, in the order of the room. */
function merge(before: readonly Message[], more: readonly Message[]): readonly Message[] {
  const all = new Map([...before, ...more].map((message) => [message.seq, message]));
  return [...all.values()].sort((one, other) => one.seq - other.seq);
}

function Write({ onType, onSay }: { onType: () => void; onSay: (text: string) => void }) {
  const words = useWords();
  const [text, setText] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === "") return;
    onSay(text.trim());
    setText("");
  };
  return (
    <form className="write" onSubmit={submit}>
      <input
        value={text}
        maxLength={1000}
        placeholder={words("chat.write")}
        aria-label={words("chat.write")}
        autoComplete="off"
        onChange={(event) => {
          setText(event.target.value);
          onType();
        }}
      />
      <Button type="submit" look="main" icon="send" label={words("chat.send")} />
    </form>
  );
}
