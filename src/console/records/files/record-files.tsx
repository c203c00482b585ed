/** The files of a record: large, with their facts, and what this role may do with them. */
import { useQueryClient } from "@tanstack/react-query";
import type { RaRecord } from "ra-core";
import { pathOf } from "../../data.ts";
import { type Field, type Resource, useLabel } from "../../declaration.tsx";
import { useWords } from "../../i18n.ts";
import { call } from "../../session.ts";
import { titleOf } from "../fields/titles.ts";
import { FileChanger } from "./file-changer.tsx";
import { FileFacts } from "./file-facts.tsx";
import { type FileValue, isFile } from "./file-value.ts";
import { Gallery } from "./gallery.tsx";
import { Thumbnail } from "./thumbnail.tsx";

export function RecordFiles({ resource, record }: { resource: Resource; record: RaRecord }) {
  const fields = resource.fields.filter(({ type }) => type === "file");
  if (fields.length === 0) return null;
  return (
    <Gallery resource={resource} records={[record]}>
      <div className="record-files">
        {fields.map((field) => (
          <RecordFile key={field.name} resource={resource} record={record} field={field} />
        ))}
      </div>
    </Gallery>
  );
}

function RecordFile({ resource, record, field }: { resource: Resource; record: RaRecord; field: Field }) {
  const words = useWords();
  const label = useLabel();
  const queries = useQueryClient();
  const held: unknown = record[field.name];
  const value: FileValue | null = isFile(held) ? held : null;
  const path = pathOf(resource.name, record.id, "files", field.name);
  const version = value?.version ?? "none";
  const shown = (
    <div className="file-shown">
      {value ? (
        <Thumbnail value={value} title={titleOf(record, resource.title)} large />
      ) : (
        <span className="no-file">{words("file.none")}</span>
      )}
      {value ? <FileFacts value={value} /> : null}
    </div>
  );
  return (
    <section aria-label={label(field.label)}>
      <h2>{label(field.label)}</h2>
      {field.file?.replace ? (
        <FileChanger
          label={label(field.label)}
          filled={value !== null}
          rules={field.file}
          target={{ method: "PUT", path, field: "file", version }}
          onRemove={() => call("DELETE", path, { version })}
          onChanged={() => queries.invalidateQueries()}
        >
          {shown}
        </FileChanger>
      ) : (
        shown
      )}
    </section>
  );
}
