/** Recovery codes: how many are left, replaced with a proof, shown once. */
import { useState } from "react";
import { useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog } from "../kit/dialog.tsx";
import { call } from "../session.ts";
import { provable, type SectionProps } from "./factors.ts";
import { ProofDialog } from "./proof.tsx";

export function RecoveryCodes({ factors, onChange, onCodes }: SectionProps) {
  const words = useWords();
  const [asking, setAsking] = useState(false);
  return (
    <section>
      <h2>{words("security.codes")}</h2>
      <p className="quiet">{words("security.codesLeft", { n: factors.recovery_codes_left })}</p>
      <div className="tools">
        <Button onClick={() => setAsking(true)}>{words("security.newCodes")}</Button>
      </div>
      {asking ? (
        <ProofDialog
          {...provable(factors)}
          title={words("security.newCodes")}
          onClose={() => setAsking(false)}
          onProof={async (body) => {
            const path = "/api/v1/auth/factors/recovery-codes/";
            const made = await call<{ recovery_codes: readonly string[] }>("POST", path, { body });
            setAsking(false);
            onCodes(made.recovery_codes);
            onChange();
          }}
        />
      ) : null}
    </section>
  );
}

export function ShownCodes({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  const words = useWords();
  return (
    <Dialog
      title={words("security.codes")}
      onClose={onClose}
      footer={
        <Button look="main" onClick={onClose}>
          {words("security.stored")}
        </Button>
      }
    >
      <p>{words("security.keepCodes")}</p>
      <ul className="secrets">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
