/** The page of a record: form, tabs with related rows, actions, history. */
import { type RaRecord, ResourceContextProvider, useGetOne } from "ra-core";
import { type ReactNode, useEffect } from "react";
import { Link, useParams, useSearchParams } from "react-router-dom";
import { isWhole } from "../../data.ts";
import { type Resource, useDeclared, useLabel } from "../../declaration.tsx";
import { useWords } from "../../i18n.ts";
import { InfoPage, Loading, PageTitle } from "../../kit/page.tsx";
import { useOnline } from "../../online.ts";
import { remember } from "../../shell/recent.ts";
import { titleOf } from "../fields/titles.ts";
import { RecordFiles } from "../files/record-files.tsx";
import { RecordActions } from "./actions.tsx";
import { EditForm } from "./form.tsx";
import { History } from "./history.tsx";
import { Related } from "./related.tsx";

interface RecordPageProps {
  readonly resource: Resource;
  /** Content above the form, for this resource. */
  readonly head?: (record: RaRecord) => ReactNode;
  /** Links beside the actions. */
  readonly tools?: (record: RaRecord) => ReactNode;
}

export function RecordPage({ resource, head, tools }: RecordPageProps) {
  const { id = "" } = useParams();
  const [search, setSearch] = useSearchParams();
  const { data, error } = useGetOne(resource.name, { id });
  const record = isWhole(data) ? data : undefined;
  const words = useWords();
  const label = useLabel();
  const log = useDeclared("audit-log");
  const isOnline = useOnline();
  const title = record && titleOf(record, resource.title);
  const path = `/${resource.name}/${encodeURIComponent(id)}`;
  const kind = label(resource.label);
  useEffect(() => {
    if (title !== undefined) remember({ path, title, about: kind });
  }, [path, title, kind]);
  if (!record && !isOnline) return <InfoPage text={words("error.offlineEmpty")} />;
  if (!record && !error) return <Loading />;
  if (error || !record) return <InfoPage text={words("ra.notification.item_doesnt_exist")} />;
  const tab = search.get("tab") ?? "details";
  const tabs = [
    { name: "details", label: words("record.details") },
    ...resource.tabs.map((each, index) => ({ name: String(index), label: label(each.label) })),
    ...(resource.name === "audit-log" || !log ? [] : [{ name: "history", label: words("record.history") }]),
  ];
  const related = resource.tabs[Number(tab)];
  return (
    <ResourceContextProvider value={resource.name}>
      <section className="page record">
        <PageTitle
          title={titleOf(record, resource.title)}
          note={<Link to={`/${resource.name}`}>{kind}</Link>}
        >
          {tools?.(record)}
          <RecordActions resource={resource} record={record} />
        </PageTitle>
        {head?.(record)}
        <div className="tabs" role="tablist">
          {tabs.map(({ name, label: title }) => (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={name === tab}
              onClick={() => setSearch(name === "details" ? {} : { tab: name }, { replace: true })}
            >
              {title}
            </button>
          ))}
        </div>
        {tab === "history" ? (
          <History subject={`${resource.subject}:${record.id}`} />
        ) : related ? (
          <Related key={tab} tab={related} id={record.id} />
        ) : (
          <>
            <RecordFiles resource={resource} record={record} />
            <EditForm key={String(record.id)} resource={resource} record={record} />
          </>
        )}
      </section>
    </ResourceContextProvider>
  );
}
