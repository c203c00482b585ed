/** The messages of a conversation by day, with what is new, what is on its way, and earlier ones on request. */
import { type InfiniteData, useInfiniteQuery } from "@tanstack/react-query";
import { Fragment, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useFormats, useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { Icon } from "../../kit/icon.tsx";
import { Loading } from "../../kit/page.tsx";
import { Lightbox } from "../../records/files/lightbox.tsx";
import type { Outgoing, Sending } from "./composer/sending.ts";
import { Files, isPicture, openedFile } from "./files.tsx";
import { type Attachment, type Detail, type Message, type Messages, readMessages } from "./requests.ts";

/** A message as the room tells it, before the server's list has it. */
export interface Heard {
  readonly id: string;
  readonly author: number;
  readonly body: string;
  readonly created_at: string;
  readonly is_internal: boolean;
}

interface MessagesProps {
  readonly ticket: Detail;
  readonly own: number | undefined;
  readonly heard: readonly Heard[];
  readonly nameOf: (user: number) => string;
  readonly sending: Sending;
  /** The newest message is shown. */
  readonly onRead: (message: string) => void;
}

/** How far from its end a list still counts as being at it, pixels. */
const NEAR = 60;

function useMessages({ ticket, heard, nameOf }: Pick<MessagesProps, "ticket" | "heard" | "nameOf">) {
  const query = useInfiniteQuery<Messages, Error, InfiniteData<Messages>, readonly unknown[], string | null>({
    queryKey: ["conversation-messages", ticket.id],
    queryFn: ({ pageParam, signal }) => readMessages(ticket.id, pageParam, signal),
    initialPageParam: null,
    getNextPageParam: ({ has_earlier, results }) => (has_earlier ? (results[0]?.id ?? null) : null),
  });
  const messages = useMemo(() => {
    const pages = query.data?.pages ?? [];
    const read = [...pages].reverse().flatMap(({ results }) => results);
    const known = new Map(read.map((message) => [message.id, message]));
    for (const { author, ...entry } of heard)
      if (!known.has(entry.id))
        known.set(entry.id, { ...entry, author: { id: author, name: nameOf(author) }, attachments: [] });
    return [...known.values()].sort((one, other) => one.created_at.localeCompare(other.created_at));
  }, [query.data, heard, nameOf]);
  return { ...query, messages };
}

export function MessageList(props: MessagesProps) {
  const { ticket, own, sending, onRead } = props;
  const words = useWords();
  const { messages, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = useMessages(props);
  const place = useRef<HTMLOListElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const [shown, setShown] = useState<Attachment | null>(null);
  const firstUnread = useFirstUnread(ticket, messages, own);
  const newest = messages.at(-1);
  const waiting = sending.outgoing.filter(
    (answer) => !messages.some((message) => isIt(answer, message, own)),
  );
  const length = messages.length + waiting.length;

  // The newest is in sight, unless somebody has scrolled up to read.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it scrolls when something was added.
  useLayoutEffect(() => {
    const list = place.current;
    if (list && isAtEnd) list.scrollTop = list.scrollHeight;
  }, [length, newest?.attachments.length]);
  const anchor = useRef<number | null>(null);
  const earlier = async () => {
    anchor.current = place.current ? place.current.scrollHeight - place.current.scrollTop : null;
    await fetchNextPage();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: earlier messages were put before.
  useLayoutEffect(() => {
    if (place.current && anchor.current !== null)
      place.current.scrollTop = place.current.scrollHeight - anchor.current;
    anchor.current = null;
  }, [messages[0]?.id]);
  useReading(newest?.id, isAtEnd, onRead);

  if (isPending) return <Loading />;
  const pictures = messages.flatMap(({ attachments }) => attachments.filter(isPicture));
  return (
    <div className="messages-frame">
      <ol
        className="messages"
        ref={place}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled list is reached by keys.
        tabIndex={0}
        aria-label={words("talk.messages")}
        onScroll={({ currentTarget: list }) =>
          setAtEnd(list.scrollHeight - list.scrollTop - list.clientHeight < NEAR)
        }
      >
        {hasNextPage ? (
          <li className="earlier">
            <Button disabled={isFetchingNextPage} onClick={() => void earlier()}>
              {words("talk.earlier")}
            </Button>
          </li>
        ) : null}
        {messages.map((message, at) => (
          <Fragment key={message.id}>
            <DayMark before={messages[at - 1]} message={message} />
            {message.id === firstUnread ? <li className="new-mark">{words("talk.new")}</li> : null}
            <Bubble
              message={message}
              theirs={message.author.id === ticket.author.id}
              isSame={isSameHand(messages[at - 1], message)}
              onOpen={setShown}
            />
          </Fragment>
        ))}
        {waiting.map((answer) => (
          <Waiting key={answer.key} answer={answer} sending={sending} />
        ))}
      </ol>
      {isAtEnd ? null : (
        <Button
          className="to-end"
          icon="down"
          onClick={() => place.current?.scrollTo({ top: place.current.scrollHeight })}
        >
          {words("talk.toEnd")}
        </Button>
      )}
      {shown ? (
        <Lightbox
          files={pictures.map(openedFile)}
          first={pictures.findIndex(({ id }) => id === shown.id)}
          onClose={() => setShown(null)}
        />
      ) : null}
    </div>
  );
}

/** ms by which the clocks of this computer and the server may differ. */
const SKEW = 5_000;

/** Whether a message is this answer: by its id, and by its words while the room was faster than the response. */
const isIt = ({ id, fault, body, at }: Outgoing, message: Message, own: number | undefined) =>
  id === message.id ||
  (id === null &&
    fault === null &&
    message.author.id === own &&
    message.body === body &&
    Date.parse(message.created_at) > Date.parse(at) - SKEW);

/** Tells which message is read once it is in sight in a window that is looked at. */
function useReading(newest: string | undefined, isAtEnd: boolean, onRead: (message: string) => void): void {
  const [isLookedAt, setLookedAt] = useState(!document.hidden);
  useEffect(() => {
    const look = () => setLookedAt(!document.hidden);
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each newest message is read once.
  useEffect(() => {
    if (newest && isAtEnd && isLookedAt) onRead(newest);
  }, [newest, isAtEnd, isLookedAt]);
}

/** The first message that was unread when the conversation was opened. */
function useFirstUnread(
  ticket: Detail,
  messages: readonly Message[],
  own: number | undefined,
): string | undefined {
  const unread = useRef(ticket.unread);
  const first = useRef<string>(undefined);
  if (first.current === undefined && unread.current > 0 && messages.length > 0) {
    const others = messages.filter(({ author }) => author.id !== own);
    first.current = others.slice(-unread.current)[0]?.id;
    unread.current = 0;
  }
  return first.current;
}

/** Messages of one person within some minutes stand together. */
const TOGETHER = 5 * 60_000;

const isSameHand = (before: Message | undefined, message: Message) =>
  before !== undefined &&
  before.author.id === message.author.id &&
  before.is_internal === message.is_internal &&
  Date.parse(message.created_at) - Date.parse(before.created_at) < TOGETHER;

function DayMark({ before, message }: { before: Message | undefined; message: Message }) {
  const formats = useFormats();
  const day = localDay(message.created_at);
  if (before && localDay(before.created_at) === day) return null;
  return (
    <li className="day-mark">
      <time dateTime={day}>{formats.date(day)}</time>
    </li>
  );
}

/** The reader's day of a moment: `YYYY-MM-DD`. */
function localDay(instant: string): string {
  const at = new Date(instant);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

interface BubbleProps {
  readonly message: Message;
  readonly theirs: boolean;
  readonly isSame: boolean;
  readonly onOpen: (picture: Attachment) => void;
}

function Bubble({ message, theirs, isSame, onOpen }: BubbleProps) {
  const words = useWords();
  const formats = useFormats();
  return (
    <li
      className={`bubble ${theirs ? "theirs" : "ours"} ${message.is_internal ? "internal" : ""} ${isSame ? "same" : ""}`}
    >
      {isSame ? null : (
        <strong className="by">
          {message.is_internal ? <Icon name="lock" /> : null}
          {message.author.name}
          {message.is_internal ? ` · ${words("ticket.note")}` : ""}
        </strong>
      )}
      {message.body ? <p>{linked(message.body)}</p> : null}
      <Files files={message.attachments} onOpen={onOpen} />
      <time dateTime={message.created_at} title={formats.instant(message.created_at)}>
        {formats.time(message.created_at)}
      </time>
    </li>
  );
}

/** A text with its web addresses as links. */
function linked(text: string) {
  return text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,:;!?)\]])/g).map((part, at) =>
    at % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: a text's parts don't move.
      <a key={at} href={part} target="_blank" rel="noopener noreferrer">
        {part}
      </a>
    ) : (
      part
    ),
  );
}

function Waiting({ answer, sending }: { answer: Outgoing; sending: Sending }) {
  const words = useWords();
  const { key, fault } = answer;
  return (
    <li
      className={`bubble ours waiting ${answer.is_internal ? "internal" : ""}`}
      data-failed={fault ? "yes" : "no"}
    >
      {answer.body ? <p>{answer.body}</p> : null}
      {answer.files.map((file) => (
        <p key={file.key} className="file-name">
          <Icon name="clip" /> {file.name}
        </p>
      ))}
      {fault ? (
        <p className="fault" role="alert">
          {words("talk.notSent", { why: words(fault as "error.offline") })}{" "}
          <button type="button" className="link" onClick={() => sending.retry(key)}>
            {words("do.retry")}
          </button>{" "}
          <button type="button" className="link" onClick={() => sending.drop(key)}>
            {words("talk.discard")}
          </button>
        </p>
      ) : (
        <small>{words("talk.sending")}</small>
      )}
    </li>
  );
}
