/** One conversation: its head, the messages, who types, the answer; and the details beside it. */
import { useLive, usePresence, useRoom, useTyping } from "@caravan/client/react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNotify } from "ra-core";
import { type RefObject, useEffect, useImperativeHandle, useRef, useState } from "react";
import { useCode } from "../../codes.ts";
import { useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { InfoText, Loading } from "../../kit/page.tsx";
import { shortId } from "../../records/fields/titles.ts";
import { State } from "../../records/fields/values.tsx";
import { useChanges } from "./change.tsx";
import { Composer, type ComposerKeys } from "./composer/composer.tsx";
import { useSending } from "./composer/sending.ts";
import { Details } from "./details.tsx";
import type { Command } from "./keys.ts";
import { readAgain, tellTabs } from "./live.ts";
import { type Heard, MessageList } from "./messages.tsx";
import { type Colleague, type Detail, markRead, readConversation } from "./requests.ts";

/** Commands for the open conversation; false when one means nothing now. */
export interface ConversationKeys {
  run(command: Command): boolean;
}

interface ConversationProps {
  readonly id: string;
  readonly own: number | undefined;
  readonly colleagues: readonly Colleague[];
  readonly keys: RefObject<ConversationKeys | null>;
  readonly hasDetails: boolean;
  readonly onDetails: () => void;
  readonly onBack: () => void;
}

export function Conversation(props: ConversationProps) {
  const { id } = props;
  const words = useWords();
  const { data: ticket, error } = useQuery({
    queryKey: ["conversation", id],
    queryFn: ({ signal }) => readConversation(id, signal),
  });
  if (error && !ticket) return <InfoText icon="alert" text={words("ra.notification.item_doesnt_exist")} />;
  if (!ticket) return <Loading />;
  return <Opened {...props} ticket={ticket} />;
}

function Opened({
  ticket,
  own,
  colleagues,
  keys,
  hasDetails,
  onDetails,
  onBack,
}: ConversationProps & { ticket: Detail }) {
  const { id } = ticket;
  const words = useWords();
  const queries = useQueryClient();
  const notify = useNotify();
  const changes = useChanges(ticket, colleagues);
  const composer = useRef<ComposerKeys>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const [heard, setHeard] = useState<readonly Heard[]>([]);
  const reload = () => readAgain(queries, id);
  useRoom(`ticket:${id}`, {
    entry({ kind, body }) {
      if (kind === "message" || kind === "note")
        setHeard((before) => [...before, { ...(body as unknown as Heard), is_internal: kind === "note" }]);
      reload();
    },
    reload,
  });
  const sending = useSending(id, reload);
  const present = usePresence(`ticket:${id}`);
  const nameOf = (user: number) =>
    user === ticket.author.id
      ? ticket.author.name
      : (colleagues.find((each) => each.id === user)?.name ?? words("talk.staff"));
  const others = present.filter((user) => user !== own && user !== ticket.author.id).map(nameOf);

  const live = useLive();
  const read = async (message: string) => {
    await markRead(id, message).catch(() => {});
    // The client sees how far their words were read.
    live?.room(`ticket:${id}`).read();
    queries.setQueryData(
      ["conversation", id],
      (before: Detail | undefined) => before && { ...before, unread: 0 },
    );
    readAgain(queries);
    tellTabs(id);
  };
  const unread = async () => {
    try {
      await markRead(id, null);
      onBack();
    } catch (error) {
      notify(error instanceof Error ? error.message : "error.offline", { type: "error" });
    }
    readAgain(queries);
    tellTabs(id);
  };
  // A conversation that was opened from the list is read from its heading on.
  useEffect(() => {
    if (document.activeElement?.closest("[data-row]")) heading.current?.focus({ preventScroll: true });
  }, []);
  useImperativeHandle(keys, () => ({
    run(command) {
      if (command === "reply" || command === "note") composer.current?.begin(command === "note");
      else if (command === "mine") own !== undefined && changes.assign(own);
      else if (command === "resolve") changes.status(isOver(ticket.status) ? "IN_PROGRESS" : "RESOLVED");
      else if (command === "unread") void unread();
      else return false;
      return true;
    },
  }));
  return (
    <>
      <article className="conversation" aria-label={ticket.subject}>
        <Head
          ticket={ticket}
          own={own}
          heading={heading}
          changes={changes}
          hasDetails={hasDetails}
          onDetails={onDetails}
          onBack={onBack}
        />
        {others.length > 0 ? (
          <p className="also-here" role="status">
            {words("talk.alsoHere", { names: others.join(", ") })}
          </p>
        ) : null}
        <MessageList
          ticket={ticket}
          own={own}
          heard={heard}
          nameOf={nameOf}
          sending={sending}
          onRead={read}
        />
        <Typing id={id} own={own} nameOf={nameOf} />
        <Composer
          ticket={ticket}
          operator={own === undefined ? "" : nameOf(own)}
          sending={sending}
          keys={composer}
          onLeave={onBack}
        />
      </article>
      {hasDetails ? (
        <Details
          ticket={ticket}
          own={own}
          colleagues={colleagues}
          changes={changes}
          isOnline={present.includes(ticket.author.id)}
          onClose={onDetails}
        />
      ) : null}
    </>
  );
}

/** As in the style sheet. */
const ALONE = "(max-width: 860px)";

const isOver = (status: string) => status === "RESOLVED" || status === "CLOSED";

interface HeadProps {
  readonly ticket: Detail;
  readonly own: number | undefined;
  readonly heading: RefObject<HTMLHeadingElement | null>;
  readonly changes: ReturnType<typeof useChanges>;
  readonly hasDetails: boolean;
  readonly onDetails: () => void;
  readonly onBack: () => void;
}

function Head({ ticket, own, heading, changes, hasDetails, onDetails, onBack }: HeadProps) {
  const words = useWords();
  const code = useCode();
  const { assigned_to: assignee, status } = ticket;
  const over = isOver(status);
  // Where the list gives way to the conversation, its heading is that of the page.
  const Heading = matchMedia(ALONE).matches ? "h1" : "h2";
  return (
    <header>
      <Button className="back" look="quiet" icon="left" label={words("do.back")} onClick={onBack} />
      <div className="talk-title">
        <Heading ref={heading} tabIndex={-1}>
          {ticket.subject}
        </Heading>
        <p className="quiet">
          <State value={status} words={code(status)} />
          <span>#{shortId(ticket.id)}</span>
          <span data-assignee={assignee?.id ?? ""}>
            {assignee ? words("talk.with", { name: assignee.name }) : words("talk.unassigned")}
          </span>
        </p>
      </div>
      {own !== undefined && assignee?.id !== own ? (
        <Button disabled={changes.isBusy} onClick={() => changes.assign(own)}>
          {words("talk.take")}
        </Button>
      ) : null}
      <Button
        icon={over ? "undo" : "check"}
        disabled={changes.isBusy}
        onClick={() => changes.status(over ? "IN_PROGRESS" : "RESOLVED")}
      >
        {words(over ? "talk.reopen" : "talk.resolve")}
      </Button>
      <Button
        look="quiet"
        icon="panel"
        label={words("ticket.details")}
        aria-pressed={hasDetails}
        onClick={onDetails}
      />
    </header>
  );
}

function Typing({
  id,
  own,
  nameOf,
}: {
  id: string;
  own: number | undefined;
  nameOf: (user: number) => string;
}) {
  const words = useWords();
  const typing = useTyping(`ticket:${id}`).filter((user) => user !== own);
  return (
    <p className="typing" aria-live="polite">
      {typing.length > 0 ? `${typing.map(nameOf).join(", ")} ${words("ticket.typing")}` : ""}
    </p>
  );
}
