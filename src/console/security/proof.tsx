/** Asks for the fresh proof that changes of factors and keys need: the second factor of accounts that have one, else the password. */
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog } from "../kit/dialog.tsx";
import { Fault } from "../kit/fault.tsx";
import { hasPasskeys, passByPasskey } from "./passkeys.ts";

export type Proof = { readonly otp: string } | { readonly current_password: string };

/** What the account can prove itself by. */
export interface Provable {
  readonly hasFactor: boolean;
  readonly hasPasskey: boolean;
}

interface ProofDialogProps extends Provable {
  readonly title: string;
  readonly children?: ReactNode;
  /** Does the change; what it throws is shown, and the person may try again. */
  readonly onProof: (proof: Proof) => Promise<void>;
  readonly onClose: () => void;
}

export function ProofDialog({ title, hasFactor, hasPasskey, children, onProof, onClose }: ProofDialogProps) {
  const words = useWords();
  const id = useId();
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const prove = async (ask: () => Promise<Proof | null>) => {
    setBusy(true);
    setFault("");
    try {
      const proof = await ask();
      if (proof) await onProof(proof);
    } catch (error) {
      setFault(error instanceof Error ? error.message : "");
    }
    setBusy(false);
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const value = String(new FormData(event.currentTarget).get("proof") ?? "");
    return prove(async () => (hasFactor ? { otp: value } : { current_password: value }));
  };
  const usePasskey = () =>
    prove(async () => {
      const otp = await passByPasskey();
      return otp === null ? null : { otp };
    });
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          {hasPasskey && hasPasskeys() ? (
            <Button disabled={busy} onClick={usePasskey}>
              {words("security.byPasskey")}
            </Button>
          ) : null}
          <Button type="submit" look="main" form={id} disabled={busy}>
            {words("security.continue")}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={submit}>
        {children}
        <div className="field">
          <label htmlFor={`${id}-proof`}>{words(hasFactor ? "sign.otp" : "security.currentPassword")}</label>
          <input
            id={`${id}-proof`}
            name="proof"
            type={hasFactor ? "text" : "password"}
            autoComplete={hasFactor ? "one-time-code" : "current-password"}
            required
          />
        </div>
        <Fault text={fault} />
      </form>
    </Dialog>
  );
}
