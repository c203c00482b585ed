/** A tab with the related rows of another resource, the newest first. */
import { type Identifier, useGetManyReference } from "ra-core";
import { Link } from "react-router-dom";
import { type Resource, useDeclared, useLabel } from "../../declaration.tsx";
import { useWords } from "../../i18n.ts";
import { InfoText, Loading } from "../../kit/page.tsx";
import { Value } from "../fields/values.tsx";
import { Gallery } from "../files/gallery.tsx";

export function Related({ tab, id }: { tab: Resource["tabs"][number]; id: Identifier }) {
  const resource = useDeclared(tab.resource);
  const { data, isPending, total } = useGetManyReference(
    tab.resource,
    {
      target: tab.target,
      id,
      pagination: { page: 1, perPage: 50 },
      sort: { field: resource?.sort.field ?? "id", order: resource?.sort.order === "asc" ? "ASC" : "DESC" },
    },
    { enabled: Boolean(resource) },
  );
  const words = useWords();
  const label = useLabel();
  if (!resource) return <InfoText text={words("ra.notification.not_authorized")} />;
  if (isPending) return <Loading />;
  if (!data?.length) return <InfoText text={words("list.empty")} />;
  const columns = resource.fields.filter(({ list, name }) => list && name !== tab.target);
  const all = `/${resource.name}?filter=${encodeURIComponent(JSON.stringify({ [tab.target]: id }))}`;
  return (
    <Gallery resource={resource} records={data}>
      <div className="table-frame">
        <table className="rows">
          <thead>
            <tr>
              {columns.map((field) => (
                <th key={field.name} data-type={field.type}>
                  {label(field.label)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.map((record) => (
              <tr key={record.id}>
                {columns.map((field, index) => (
                  <td key={field.name} data-label={label(field.label)} data-type={field.type}>
                    {index === 0 && field.type !== "reference" && field.type !== "file" ? (
                      <Link className="record-link" to={`/${resource.name}/${encodeURIComponent(record.id)}`}>
                        <Value field={field} record={record} />
                      </Link>
                    ) : (
                      <Value field={field} record={record} />
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="below">
        <Link to={all}>{words("list.count", { n: total ?? data.length })}</Link>
      </p>
    </Gallery>
  );
}
