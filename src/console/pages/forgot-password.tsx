/** Asks for a letter with a link to choose a new password. The answer is the same whether the address is known. */
import { HttpError } from "ra-core";
import { type FormEvent, useState } from "react";
import { useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Fault } from "../kit/fault.tsx";
import { call } from "../session.ts";

const focused = (place: HTMLElement | null) => place?.focus();

export function ForgotPassword({ onBack }: { onBack: () => void }) {
  const words = useWords();
  const [fault, setFault] = useState("");
  const [sentTo, setSentTo] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get("email") ?? "").trim();
    setBusy(true);
    setFault("");
    try {
      await call("POST", "/api/auth/password/reset/", { body: { email } });
      setSentTo(email);
    } catch (error) {
      setFault(error instanceof HttpError ? error.message : words("sign.failed"));
    }
    setBusy(false);
  };
  if (sentTo)
    return (
      <div className="card">
        <p className="brand">{words("app.name")}</p>
        <h1 tabIndex={-1} ref={focused}>
          {words("forgot.sentTitle")}
        </h1>
        <p>{words("forgot.sent", { email: sentTo })}</p>
        <p className="quiet">{words("forgot.next")}</p>
        <Button look="main" onClick={onBack}>
          {words("forgot.back")}
        </Button>
      </div>
    );
  return (
    <form onSubmit={submit}>
      <p className="brand">{words("app.name")}</p>
      <h1>{words("forgot.title")}</h1>
      <p className="quiet">{words("forgot.about")}</p>
      <div className="field">
        <label htmlFor="email">{words("account.email")}</label>
        <input id="email" name="email" type="email" autoComplete="email" required ref={focused} />
      </div>
      <Fault text={fault} />
      <Button type="submit" look="main" disabled={busy}>
        {words("forgot.send")}
      </Button>
      <Button look="quiet" onClick={onBack}>
        {words("forgot.back")}
      </Button>
    </form>
  );
}
