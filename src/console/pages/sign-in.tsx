/** Sign-in by username, phone or e-mail and password. */
import { HttpError, useLogin, useTranslate } from "ra-core";
import { type FormEvent, useState } from "react";
import { useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";

const focused = (place: HTMLInputElement | null) => place?.focus();

/** The address that was asked for. */
function wanted(): string {
  const { pathname, search } = location;
  return `${pathname.replace(/^\/admin\/?/, "/")}${search}`;
}

/** The page where a temporary password is changed; empty for other refusals. */
function changeUrlOf(error: unknown): string {
  const url = error instanceof HttpError ? error.body?.change_url : undefined;
  return typeof url === "string" ? url : "";
}

export function SignIn({ onDone }: { onDone: () => void }) {
  const login = useLogin();
  const words = useWords();
  const translate = useTranslate();
  const [fault, setFault] = useState("");
  const [changeUrl, setChangeUrl] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    setBusy(true);
    setFault("");
    setChangeUrl("");
    try {
      await login({ username: given.get("username"), password: given.get("password") }, wanted());
      onDone();
    } catch (error) {
      const status = typeof error === "object" && error !== null && "status" in error ? error.status : 0;
      const url = changeUrlOf(error);
      setChangeUrl(url);
      if (url) setFault("sign.temporary");
      else if (status === 403) setFault("sign.refused");
      else setFault(error instanceof Error && status ? error.message : "sign.failed");
    }
    setBusy(false);
  };
  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <p className="brand">{words("app.name")}</p>
        <h1>{words("sign.title")}</h1>
        <div className="field">
          <label htmlFor="username">{words("sign.name")}</label>
          <input id="username" name="username" autoComplete="username" required ref={focused} />
        </div>
        <div className="field">
          <label htmlFor="password">{words("sign.password")}</label>
          <input id="password" name="password" type="password" autoComplete="current-password" required />
        </div>
        {fault ? (
          <p className="fault" role="alert">
            {translate(fault)} {changeUrl ? <a href={changeUrl}>{words("sign.choose")}</a> : null}
          </p>
        ) : null}
        <Button type="submit" look="main" disabled={busy}>
          {words("sign.submit")}
        </Button>
      </form>
    </main>
  );
}
