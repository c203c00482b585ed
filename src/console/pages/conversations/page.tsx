/** Conversations with clients: the list, the open one, and beside it the person and what is to be done. */
import { useQuery } from "@tanstack/react-query";
import { useStore } from "ra-core";
import { useCallback, useRef, useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router-dom";
import { useWords } from "../../i18n.ts";
import { InfoText } from "../../kit/page.tsx";
import { call } from "../../session.ts";
import { Conversation, type ConversationKeys } from "./conversation.tsx";
import { KeyHelp } from "./help.tsx";
import { type Command, useCommands } from "./keys.ts";
import { ConversationList, rowsIn } from "./list.tsx";
import { useLiveConversations } from "./live.ts";
import { readColleagues, VIEWS, type View } from "./requests.ts";

export function Conversations() {
  const { id } = useParams();
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const words = useWords();
  const view = VIEWS.find((each) => each === search.get("view")) ?? ("open" satisfies View);
  const [details, setDetails] = useStore("conversations.details", innerWidth > 1180);
  const [help, setHelp] = useState(false);
  const searchBox = useRef<HTMLInputElement>(null);
  const conversation = useRef<ConversationKeys>(null);
  const { data: own } = useQuery({
    queryKey: ["own-id"],
    queryFn: async ({ signal }) => (await call<{ pk: number }>("GET", "/api/auth/user/", { signal })).pk,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { data: colleagues = [] } = useQuery({
    queryKey: ["colleagues"],
    queryFn: ({ signal }) => readColleagues(signal),
    staleTime: 60_000,
  });
  useLiveConversations(id);

  /** Back from the conversation to its row; on a phone, to the list. */
  const back = useCallback(() => {
    const row = document.querySelector<HTMLElement>(`[data-row="${id}"]`);
    if (row && row.offsetParent !== null) return row.focus();
    navigate({ pathname: "/conversations", search: search.toString() });
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-row="${id}"]`)?.focus());
  }, [id, navigate, search]);

  const step = (by: 1 | -1): boolean => {
    const rows = rowsIn();
    const focused = document.activeElement?.getAttribute("data-row") ?? id;
    const at = rows.findIndex((row) => row.dataset.row === focused);
    const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
    next?.focus();
    return next !== undefined;
  };
  const run = (command: Command): boolean => {
    switch (command) {
      case "next":
        return step(1);
      case "previous":
        return step(-1);
      case "search":
        searchBox.current?.focus();
        return true;
      case "help":
        setHelp(true);
        return true;
      case "details":
        if (id) setDetails(!details);
        return Boolean(id);
      case "back": {
        const isInList = document.activeElement?.closest(".talk-list") != null;
        if (!id || isInList) return false;
        back();
        return true;
      }
      default:
        return conversation.current?.run(command) ?? false;
    }
  };
  useCommands(run);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrows in the list are a shortcut for Tab.
    <section
      className="talks"
      data-open={id ? "yes" : "no"}
      data-details={id && details ? "yes" : "no"}
      onKeyDown={(event) => {
        const isRow = event.target instanceof Element && event.target.closest("[data-row]");
        if (!isRow || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
        event.preventDefault();
        step(event.key === "ArrowDown" ? 1 : -1);
      }}
    >
      <ConversationList
        view={view}
        chosen={id}
        own={own}
        searchBox={searchBox}
        onHelp={() => setHelp(true)}
      />
      {id ? (
        <Conversation
          key={id}
          id={id}
          own={own}
          colleagues={colleagues}
          keys={conversation}
          hasDetails={details}
          onDetails={() => setDetails(!details)}
          onBack={back}
        />
      ) : (
        <InfoText icon="chat" text={words("ticket.choose")}>
          <p className="quiet">{words("talk.hint")}</p>
        </InfoText>
      )}
      {help ? <KeyHelp onClose={() => setHelp(false)} /> : null}
    </section>
  );
}
