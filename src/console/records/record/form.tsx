/** The form that changes the version that was read, or creates a record. */
import { CreateBase, EditBase, Form, type HttpError, type RaRecord, useNotify } from "ra-core";
import { useState } from "react";
import { useFormContext, useFormState } from "react-hook-form";
import { useNavigate } from "react-router-dom";
import { type Field, type Resource, useLabel } from "../../declaration.tsx";
import { useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { PageTitle } from "../../kit/page.tsx";
import { Input } from "../fields/inputs.tsx";
import { Value } from "../fields/values.tsx";
import { Conflict } from "./conflict.tsx";
import { Saved } from "./undo.tsx";

const isHttp = (error: unknown): error is HttpError => error instanceof Error && "status" in error;

export function EditForm({ resource, record }: { resource: Resource; record: RaRecord }) {
  const [mine, setMine] = useState<Record<string, unknown> | null>(null);
  const notify = useNotify();
  const canEdit = resource.can.edit && resource.fields.some(({ writable, once }) => writable && !once);
  if (!canEdit) return <Facts fields={resource.fields} record={record} />;
  const editable = resource.fields.filter(({ writable, once }) => writable && !once);
  const fixed = resource.fields.filter((field) => !editable.includes(field));
  return (
    <>
      <EditBase
        resource={resource.name}
        id={record.id}
        mutationMode="pessimistic"
        redirect={false}
        mutationOptions={{
          onSuccess: () =>
            notify(<Saved subject={`${resource.subject}:${record.id}`} />, {
              type: "success",
              autoHideDuration: 10_000,
            }),
          onError: (error: unknown, variables: { data?: Record<string, unknown> } | undefined) => {
            if (isHttp(error) && error.status === 412) setMine(variables?.data ?? {});
            else if (error instanceof Error) notify(error.message, { type: "error" });
          },
        }}
      >
        <Form key={String(record.version)} record={record} warnWhenUnsavedChanges className="form">
          <div className="fields">
            {editable.map((field) => (
              <Input key={field.name} field={field} />
            ))}
          </div>
          <FormBar />
        </Form>
      </EditBase>
      <Facts fields={fixed} record={record} />
      {mine ? <Conflict resource={resource} read={record} mine={mine} onClose={() => setMine(null)} /> : null}
    </>
  );
}

function FormBar({ always = false }: { always?: boolean }) {
  const { isDirty, isSubmitting, errors } = useFormState();
  const { reset } = useFormContext();
  const words = useWords();
  const fault = errors.root?.serverError;
  if (!always && !isDirty) return null;
  return (
    <div className="form-bar">
      {typeof fault === "string" || fault?.message ? (
        <p className="fault" role="alert">
          {typeof fault === "string" ? fault : fault.message}
        </p>
      ) : null}
      {always ? null : <Button onClick={() => reset()}>{words("do.reset")}</Button>}
      <Button type="submit" look="main" disabled={isSubmitting}>
        {words("do.save")}
      </Button>
    </div>
  );
}

/** Read-only fields. */
export function Facts({ fields, record }: { fields: readonly Field[]; record: RaRecord }) {
  const label = useLabel();
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
  const writable = fields.filter(({ writable, initial }) => writable && initial);
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
            navigate(`/${resource.name}/${encodeURIComponent(made.id)}`);
          },
        }}
      >
        <Form className="form" warnWhenUnsavedChanges defaultValues={initialValues(resource)}>
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
