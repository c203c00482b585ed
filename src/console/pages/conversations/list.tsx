/** The list of conversations: views with counts, search, unread marks, the newest activity first. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type RefObject, useEffect, useState } from "react";
import { Link, useSearchParams } from "react-router-dom";
import { useCode } from "../../codes.ts";
import { useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { useDebounced } from "../../kit/debounce.ts";
import { Icon } from "../../kit/icon.tsx";
import { Loading, PageTitle } from "../../kit/page.tsx";
import { Ago, State } from "../../records/fields/values.tsx";
import { useDrafts } from "./composer/drafts.ts";
import { Avatar } from "./people.tsx";
import { type Counts, listPage, MOST_COUNTED, type Row, readCounts, VIEWS, type View } from "./requests.ts";

interface ListProps {
  readonly view: View;
  readonly chosen: string | undefined;
  readonly own: number | undefined;
  readonly searchBox: RefObject<HTMLInputElement | null>;
  readonly onHelp: () => void;
}

export function ConversationList({ view, chosen, own, searchBox, onHelp }: ListProps) {
  const words = useWords();
  const [params, setParams] = useSearchParams();
  const [typed, setTyped] = useState(params.get("q") ?? "");
  const search = useDebounced(typed.trim(), 250);
  // The address keeps the search, so that going back finds it again.
  const kept = params.get("q") ?? "";
  useEffect(() => {
    if (kept === search) return;
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (search) next.set("q", search);
        else next.delete("q");
        return next;
      },
      { replace: true },
    );
  }, [kept, search, setParams]);
  const { data: counts } = useQuery({
    queryKey: ["conversation-counts"],
    queryFn: ({ signal }) => readCounts(signal),
  });
  return (
    <div className="talk-list">
      <div className="talk-list-head">
        <PageTitle title={words("nav.tickets")}>
          <Button look="quiet" icon="keyboard" label={words("talk.key.title")} onClick={onHelp} />
        </PageTitle>
        <div className="talk-search">
          <Icon name="search" />
          <input
            ref={searchBox}
            type="search"
            aria-label={words("talk.search")}
            placeholder={words("talk.search")}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Escape" && typed) setTyped("");
              else if (event.key === "Escape") event.currentTarget.blur();
              else if (event.key === "ArrowDown" || event.key === "Enter") rowsIn()[0]?.focus();
              else return;
              event.preventDefault();
            }}
          />
        </div>
        <nav className="segments" aria-label={words("talk.views")}>
          {VIEWS.map((each) => (
            <Link
              key={each}
              to={{ search: viewQuery(each, search) }}
              aria-current={each === view ? "page" : undefined}
            >
              {words(`talk.view.${each}`)}
              <Count of={counts} view={each} />
            </Link>
          ))}
        </nav>
      </div>
      <Rows key={`${view} ${search}`} view={view} search={search} chosen={chosen} own={own} />
    </div>
  );
}

const viewQuery = (view: View, search: string) =>
  new URLSearchParams({ view, ...(search ? { q: search } : {}) }).toString();

function Count({ of, view }: { of: Counts | undefined; view: View }) {
  const words = useWords();
  if (!of || view === "all") return null;
  const count = of[view];
  return (
    <>
      {" "}
      <span className="number">{count > MOST_COUNTED ? `${MOST_COUNTED}+` : count}</span>
      {view === "mine" && of.unread > 0 ? (
        <span className="dot" title={words("talk.unread", { n: of.unread })}>
          <span className="unseen">{words("talk.unread", { n: of.unread })}</span>
        </span>
      ) : null}
    </>
  );
}

/** The links of the list's rows, in order. */
export const rowsIn = () => [...document.querySelectorAll<HTMLAnchorElement>(".talk-rows a[data-row]")];

function Rows({ view, search, chosen, own }: Omit<ListProps, "searchBox" | "onHelp"> & { search: string }) {
  const words = useWords();
  const { data, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["conversations", view, search],
    queryFn: ({ pageParam, signal }) => listPage(view, search, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ cursor }) => cursor,
  });
  const drafts = useDrafts();
  if (isPending) return <Loading />;
  const rows = data?.pages.flatMap(({ results }) => results) ?? [];
  // A conversation that moves between two pages that are read one after the other is in both.
  const once = [...new Map(rows.map((row) => [row.id, row])).values()];
  if (once.length === 0)
    return (
      <p className="quiet pad" role="status">
        {words(search ? "talk.nothing" : "talk.empty")}
      </p>
    );
  return (
    <div className="talk-rows">
      <ul>
        {once.map((row) => (
          <li key={row.id}>
            <RowLink
              row={row}
              isChosen={row.id === chosen}
              own={own}
              draft={row.id === chosen ? undefined : drafts[row.id]?.text}
              query={viewQuery(view, search)}
            />
          </li>
        ))}
      </ul>
      {hasNextPage ? (
        <p className="pad">
          <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {words("talk.more")}
          </Button>
        </p>
      ) : null}
    </div>
  );
}

interface RowProps {
  readonly row: Row;
  readonly isChosen: boolean;
  readonly own: number | undefined;
  readonly draft: string | undefined;
  readonly query: string;
}

function RowLink({ row, isChosen, own, draft, query }: RowProps) {
  const words = useWords();
  const code = useCode();
  return (
    <Link
      data-row={row.id}
      data-unread={row.unread > 0 ? "yes" : "no"}
      to={{ pathname: `/conversations/${row.id}`, search: query }}
      aria-current={isChosen ? "page" : undefined}
    >
      <Avatar person={row.author} />
      <span className="talk-row">
        <span className="line">
          <strong>{row.author.name}</strong>
          <Ago value={row.last_message_at} />
        </span>
        <span className="line">
          <span className="subject">{row.subject}</span>
          {row.unread > 0 ? (
            <span className="unread-count">
              {row.unread > 99 ? "99+" : row.unread}
              <span className="unseen"> {words("talk.unreadMark")}</span>
            </span>
          ) : null}
        </span>
        <span className="line">
          <span className="preview">
            {draft ? (
              <>
                <em className="draft">{words("talk.draft")}</em> {draft}
              </>
            ) : (
              <Preview row={row} own={own} />
            )}
          </span>
          {row.priority === "HIGH" || row.priority === "URGENT" ? (
            <State value={row.priority} words={code(row.priority)} />
          ) : null}
          {row.assigned_to ? <Avatar person={row.assigned_to} isSmall /> : null}
        </span>
      </span>
    </Link>
  );
}

function Preview({ row, own }: { row: Row; own: number | undefined }) {
  const words = useWords();
  const last = row.last_message;
  if (!last) return null;
  const by =
    last.author === own ? words("talk.you") : last.author === row.author.id ? "" : words("talk.staff");
  return (
    <>
      {last.is_internal ? <Icon name="lock" /> : null}
      {by ? `${by}: ` : ""}
      {last.has_attachments ? <Icon name="clip" /> : null}
      {last.text || (last.has_attachments ? words("talk.file") : "")}
    </>
  );
}
