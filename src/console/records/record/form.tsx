/** The form that changes the version that was read, or creates a record. */
import { CreateBase, EditBase, Form, type HttpError, type RaRecord, useNotify } from "ra-core";
import { useEffect, useState } from "react";
import { useFormContext, useFormState } from "react-hook-form";
import { useNavigate } from "react-router-dom";
import { type Field, type Resource, useLabel } from "../../declaration.tsx";
import { useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { Fault } from "../../kit/fault.tsx";
import { forgetUnsaved, Guard } from "../../kit/guard.tsx";
import { PageTitle } from "../../kit/page.tsx";
import { Input } from "../fields/inputs.tsx";
import { Value } from "../fields/values.tsx";
import { Conflict } from "./conflict.tsx";
import { Saved } from "./undo.tsx";

const isHttp = (error: unknown): error is HttpError => error instanceof Error && "status" in error;

/** While there are edits, the form keeps the version that was read, whatever the live page learns. */
export function EditForm({ resource, record: newest }: { resource: Resource; record: RaRecord }) {
  const [mine, setMine] = useState<Record<string, unknown> | null>(null);
  const [isEdited, setEdited] = useState(false);
  const [record, setRecord] = useState(newest);
  if (!isEdited && record !== newest) setRecord(newest);
  const notify = useNotify();
  const words = useWords();
  const locked: unknown = record.locked;
  const editable = resource.fields.filter(
    ({ name, writable, once }) =>
      resource.can.edit && writable && !once && !(Array.isArray(locked) && locked.includes(name)),
  );
  if (editable.length === 0) return <Facts fields={resource.fields} record={record} />;
  // The heading has the title.
  const fixed = resource.fields.filter(
    (field) => !editable.includes(field) && (field.name !== resource.title || field.type === "reference"),
  );
  return (
    <>
      <EditBase
        resource={resource.name}
        id={record.id}
        mutationMode="pessimistic"
        redirect={false}
        mutationOptions={{
          onSuccess: () => {
            setEdited(false);
            notify(<Saved subject={`${resource.subject}:${record.id}`} />, {
              type: "success",
              autoHideDuration: 10_000,
            });
          },
          onError: (error: unknown, variables: { data?: Record<string, unknown> } | undefined) => {
            if (isHttp(error) && error.status === 412) setMine(variables?.data ?? {});
            else if (error instanceof Error) notify(error.message, { type: "error" });
          },
        }}
      >
        <Form key={String(record.version)} record={record} className="form">
          <div className="fields">
            {editable.map((field) => (
              <Input key={field.name} field={field} />
            ))}
          </div>
          {isEdited && newest.version !== record.version ? (
            <p className="note" role="status">
              {words("conflict.meanwhile")}
            </p>
          ) : null}
          <FormBar onEdited={setEdited} />
        </Form>
      </EditBase>
      <Facts fields={fixed} record={newest} />
      {mine ? (
        <Conflict
          resource={resource}
          read={record}
          mine={mine}
          onChosen={() => setEdited(false)}
          onClose={() => setMine(null)}
        />
      ) : null}
    </>
  );
}

interface FormBarProps {
  readonly always?: boolean;
  readonly onEdited?: (isEdited: boolean) => void;
}

function FormBar({ always = false, onEdited }: FormBarProps) {
  const { isDirty, isSubmitting, errors } = useFormState();
  useEffect(() => onEdited?.(isDirty), [isDirty, onEdited]);
  const { reset } = useFormContext();
  const words = useWords();
  const fault = errors.root?.serverError;
  if (!always && !isDirty) return null;
  return (
    <div className="form-bar">
      <Guard when={isDirty} />
      <Fault text={typeof fault === "string" ? fault : fault?.message} />
      {always ? null : <Button onClick={() => reset()}>{words("do.reset")}</Button>}
      <Button type="submit" look="main" disabled={isSubmitting}>
        {words("do.save")}
      </Button>
    </div>
  );
}

/** Read-only fields. Files are shown above, by `RecordFiles`. */
export function Facts({ fields: all, record }: { fields: readonly Field[]; record: RaRecord }) {
  const label = useLabel();
  const fields = all.filter(({ type }) => type !== "file");
  if (fields.length === 0) return null;
  return (
    <dl className="facts">
      {fields.map((field) => (
        <div key={field.name}>
          <dt>{label(field.label)}</dt>
          <dd>
            <Value field={field} record={record} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function initialValues({ fields }: Resource): Record<string, unknown> {
  const writable = fields.filter(({ writable, initial }) => writable && initial !== undefined);
  return Object.fromEntries(writable.map(({ name, initial }) => [name, initial]));
}

export function CreatePage({ resource }: { resource: Resource }) {
  const words = useWords();
  const label = useLabel();
  const navigate = useNavigate();
  const notify = useNotify();
  return (
    <section className="page">
      <PageTitle title={words("record.new", { name: label(resource.label) })} />
      <CreateBase
        resource={resource.name}
        mutationOptions={{
          onSuccess: (made: RaRecord) => {
            notify("ra.notification.created", { type: "success" });
            forgetUnsaved();
            navigate(`/${resource.name}/${encodeURIComponent(made.id)}`);
          },
        }}
      >
        <Form className="form" defaultValues={initialValues(resource)}>
          <div className="fields">
            {resource.fields
              .filter(({ writable, once }) => writable || once)
              .map((field) => (
                <Input key={field.name} field={field} />
              ))}
          </div>
          <FormBar always />
        </Form>
      </CreateBase>
    </section>
  );
}
