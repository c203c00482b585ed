/** The account's passkeys: added by this browser, removed with a proof. */
import { useId, useState } from "react";
import { useFormats, useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { call } from "../session.ts";
import { provable, type SectionProps } from "./factors.ts";
import { hasPasskeys, makePasskey } from "./passkeys.ts";
import { type Proof, ProofDialog } from "./proof.tsx";

const PATH = "/api/v1/auth/passkeys/";

/** Makes a passkey on this device and registers it. Null if the person cancelled, else the new recovery codes, if any. */
async function register(name: string, proof: Proof) {
  const options = await call<PublicKeyCredentialCreationOptionsJSON>("POST", `${PATH}options/`, {
    body: proof,
  });
  const credential = await makePasskey(options);
  if (credential === null) return null;
  return call<{ recovery_codes: readonly string[] | null }>("POST", PATH, { body: { name, credential } });
}

export function PasskeyList({ factors, onChange, onCodes }: SectionProps) {
  const words = useWords();
  const formats = useFormats();
  const id = useId();
  const [asking, setAsking] = useState<"add" | number | null>(null);
  const [name, setName] = useState("");
  return (
    <section>
      <h2>{words("security.passkeys")}</h2>
      <p className="quiet">{words("security.passkeysHint")}</p>
      <ul className="rows">
        {factors.passkeys.map((passkey) => (
          <li key={passkey.id}>
            <strong>{passkey.name}</strong>
            <span className="quiet">
              {words("security.since", { at: formats.instant(passkey.created_at) })}
            </span>
            <Button
              look="quiet"
              icon="trash"
              label={words("security.removeNamed", { name: passkey.name })}
              onClick={() => setAsking(passkey.id)}
            />
          </li>
        ))}
      </ul>
      {hasPasskeys() ? (
        <div className="tools">
          <Button onClick={() => setAsking("add")}>{words("security.addPasskey")}</Button>
        </div>
      ) : null}
      {asking === null ? null : (
        <ProofDialog
          {...provable(factors)}
          title={words(asking === "add" ? "security.addPasskey" : "security.removePasskey")}
          onClose={() => setAsking(null)}
          onProof={async (proof) => {
            if (asking === "add") {
              const added = await register(name.trim() || words("security.thisDevice"), proof);
              if (added) onCodes(added.recovery_codes);
            } else await call("DELETE", `${PATH}${asking}/`, { body: proof });
            setAsking(null);
            onChange();
          }}
        >
          {asking === "add" ? (
            <div className="field">
              <label htmlFor={id}>{words("security.name")}</label>
              <input
                id={id}
                value={name}
                maxLength={100}
                placeholder={words("security.thisDevice")}
                onChange={(event) => setName(event.currentTarget.value)}
              />
            </div>
          ) : null}
        </ProofDialog>
      )}
    </section>
  );
}
