/** The account's own API keys: created with a proof, shown once, revoked. Other people's are records of the console. */
import { useQuery } from "@tanstack/react-query";
import { useNotify } from "ra-core";
import { type FormEvent, useState } from "react";
import { useFormats, useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Confirm, Dialog } from "../kit/dialog.tsx";
import { Fault } from "../kit/fault.tsx";
import { call } from "../session.ts";
import { provable, type SectionProps } from "./factors.ts";
import { ProofDialog } from "./proof.tsx";

const PATH = "/api/v1/auth/api-keys/";

interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly expires_at: string;
  readonly last_used_at: string | null;
}

interface Draft {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expires_in_days: number;
}

export function ApiKeys({ factors }: SectionProps) {
  const words = useWords();
  const notify = useNotify();
  const [drafting, setDrafting] = useState(false);
  const [draft, setDraft] = useState<Draft | null>(null);
  const [made, setMade] = useState("");
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const { data = [], refetch } = useQuery({
    queryKey: ["security", "keys"],
    queryFn: ({ signal }) => call<readonly ApiKey[]>("GET", PATH, { signal }),
  });
  const revoke = async ({ id }: ApiKey) => {
    try {
      await call("DELETE", `${PATH}${id}/`);
    } catch (error) {
      notify(error instanceof Error ? error.message : "", { type: "error" });
    }
    setRevoking(null);
    await refetch();
  };
  return (
    <section>
      <h2>{words("security.keys")}</h2>
      <p className="quiet">{words("security.keysHint")}</p>
      <ul className="rows">
        {data.map((key) => (
          <KeyRow key={key.id} apiKey={key} onRevoke={() => setRevoking(key)} />
        ))}
      </ul>
      <div className="tools">
        <Button onClick={() => setDrafting(true)}>{words("security.newKey")}</Button>
      </div>
      {drafting ? (
        <KeyForm
          onClose={() => setDrafting(false)}
          onDraft={(given) => {
            setDrafting(false);
            setDraft(given);
          }}
        />
      ) : null}
      {draft ? (
        <ProofDialog
          {...provable(factors)}
          title={words("security.newKey")}
          onClose={() => setDraft(null)}
          onProof={async (proof) => {
            const { key } = await call<{ key: string }>("POST", PATH, { body: { ...draft, ...proof } });
            setDraft(null);
            setMade(key);
            await refetch();
          }}
        />
      ) : null}
      {made ? (
        <Dialog title={words("security.keyMade")} onClose={() => setMade("")}>
          <p>{words("security.keepKey")}</p>
          <p>
            <code className="secret">{made}</code>
          </p>
        </Dialog>
      ) : null}
      {revoking ? (
        <Confirm
          danger
          title={words("security.revokeNamed", { name: revoking.name })}
          action={words("security.revoke")}
          onConfirm={() => revoke(revoking)}
          onClose={() => setRevoking(null)}
        >
          <p>{words("security.revokeHint")}</p>
        </Confirm>
      ) : null}
    </section>
  );
}

function KeyRow({ apiKey, onRevoke }: { apiKey: ApiKey; onRevoke: () => void }) {
  const words = useWords();
  const formats = useFormats();
  const { name, prefix, scopes, expires_at, last_used_at } = apiKey;
  return (
    <li>
      <span>
        <strong>{name}</strong> <code>{prefix}…</code>
      </span>
      <span className="quiet">
        {scopes.join(", ")} · {words("security.until", { at: formats.instant(expires_at) })} ·{" "}
        {last_used_at === null
          ? words("security.unused")
          : words("security.lastUsed", { at: formats.instant(last_used_at) })}
      </span>
      <Button look="quiet" icon="trash" label={words("security.revokeNamed", { name })} onClick={onRevoke} />
    </li>
  );
}

function KeyForm({ onDraft, onClose }: { onDraft: (draft: Draft) => void; onClose: () => void }) {
  const words = useWords();
  const { data } = useQuery({
    queryKey: ["security", "scopes"],
    queryFn: ({ signal }) => call<{ scopes: readonly string[] }>("GET", `${PATH}scopes/`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [fault, setFault] = useState("");
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const scopes = form.getAll("scope").map(String);
    if (scopes.length === 0) setFault(words("security.noScope"));
    else onDraft({ name: String(form.get("name")), scopes, expires_in_days: Number(form.get("days")) });
  };
  return (
    <Dialog
      title={words("security.newKey")}
      onClose={onClose}
      footer={
        <Button type="submit" look="main" form="new-key">
          {words("security.continue")}
        </Button>
      }
    >
      <form id="new-key" onSubmit={submit}>
        <div className="field">
          <label htmlFor="key-name">{words("security.name")}</label>
          <input id="key-name" name="name" maxLength={100} required />
        </div>
        <div className="field">
          <label htmlFor="key-days">{words("security.days")}</label>
          <input id="key-days" name="days" type="number" min={1} max={366} defaultValue={90} required />
        </div>
        <fieldset className="scopes">
          <legend>{words("security.scopes")}</legend>
          {(data?.scopes ?? []).map((scope) => (
            <label key={scope}>
              <input type="checkbox" name="scope" value={scope} /> {scope}
            </label>
          ))}
        </fieldset>
        <Fault text={fault} />
      </form>
    </Dialog>
  );
}
