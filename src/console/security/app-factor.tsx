/** The authenticator app: set up by its first code, removed with a proof. */
import { type FormEvent, useState } from "react";
import { useFormats, useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog } from "../kit/dialog.tsx";
import { Fault } from "../kit/fault.tsx";
import { call } from "../session.ts";
import { provable, type SectionProps } from "./factors.ts";
import { ProofDialog } from "./proof.tsx";

const PATH = "/api/v1/auth/factors/totp/";

interface Setup {
  readonly secret: string;
  readonly uri: string;
}

export function AppFactor({ factors, onChange, onCodes }: SectionProps) {
  const words = useWords();
  const formats = useFormats();
  const [asking, setAsking] = useState<"add" | "remove" | null>(null);
  const [setup, setSetup] = useState<Setup | null>(null);
  const { totp } = factors;
  return (
    <section>
      <h2>{words("security.app")}</h2>
      <p className="quiet">
        {totp ? words("security.since", { at: formats.instant(totp.created_at) }) : words("security.appHint")}
      </p>
      <div className="tools">
        <Button onClick={() => setAsking("add")}>
          {words(totp ? "security.replace" : "security.setUp")}
        </Button>
        {totp ? (
          <Button look="danger" onClick={() => setAsking("remove")}>
            {words("security.remove")}
          </Button>
        ) : null}
      </div>
      {asking ? (
        <ProofDialog
          {...provable(factors)}
          title={words(asking === "add" ? "security.setUpApp" : "security.removeApp")}
          onClose={() => setAsking(null)}
          onProof={async (proof) => {
            if (asking === "add") setSetup(await call<Setup>("POST", PATH, { body: proof }));
            else {
              await call("DELETE", PATH, { body: proof });
              onChange();
            }
            setAsking(null);
          }}
        />
      ) : null}
      {setup ? (
        <FirstCode
          setup={setup}
          onClose={() => setSetup(null)}
          onDone={(codes) => {
            setSetup(null);
            onCodes(codes);
            onChange();
          }}
        />
      ) : null}
    </section>
  );
}

interface FirstCodeProps {
  readonly setup: Setup;
  readonly onDone: (codes: readonly string[] | null) => void;
  readonly onClose: () => void;
}

function FirstCode({ setup: { secret, uri }, onDone, onClose }: FirstCodeProps) {
  const words = useWords();
  const [fault, setFault] = useState("");
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const otp = String(new FormData(event.currentTarget).get("code") ?? "");
    try {
      const { recovery_codes } = await call<{ recovery_codes: readonly string[] | null }>(
        "POST",
        `${PATH}confirm/`,
        { body: { otp } },
      );
      onDone(recovery_codes);
    } catch (error) {
      setFault(error instanceof Error ? error.message : "");
    }
  };
  return (
    <Dialog
      title={words("security.setUpApp")}
      onClose={onClose}
      footer={
        <Button type="submit" look="main" form="first-code">
          {words("security.confirm")}
        </Button>
      }
    >
      <form id="first-code" onSubmit={submit}>
        <p>{words("security.enterSecret")}</p>
        <p>
          <code className="secret">{secret.match(/.{1,4}/g)?.join(" ")}</code>
        </p>
        <p>
          <a href={uri}>{words("security.openApp")}</a>
        </p>
        <div className="field">
          <label htmlFor="code">{words("security.firstCode")}</label>
          <input id="code" name="code" autoComplete="one-time-code" inputMode="numeric" required />
        </div>
        <Fault text={fault} />
      </form>
    </Dialog>
  );
}
