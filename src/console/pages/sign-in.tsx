/** Sign-in by username, phone or e-mail and password, then the second factor of accounts that have one; or by passkey. */
import { HttpError, useLogin, useTranslate } from "ra-core";
import { type FormEvent, useState } from "react";
import { codeOf, type SignInWith } from "../auth.ts";
import { useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { askPasskey, hasPasskeys, passByPasskey } from "../security/passkeys.ts";
import { ForgotPassword } from "./forgot-password.tsx";

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

/** How an account whose password was right can prove its second factor; null for other refusals. */
function methodsOf(error: unknown): readonly string[] | null {
  if (codeOf(error) !== "otp_required" && codeOf(error) !== "otp_invalid") return null;
  const methods = error instanceof HttpError ? error.body?.methods : [];
  return Array.isArray(methods) ? methods.map(String) : [];
}

interface Fault {
  readonly text: string;
  readonly changeUrl: string;
}

function faultOf(error: unknown): Fault | null {
  const changeUrl = changeUrlOf(error);
  if (changeUrl) return { text: "sign.temporary", changeUrl };
  if (codeOf(error) === "otp_required") return null;
  const status = error instanceof HttpError ? error.status : 0;
  if (status === 403) return { text: "sign.refused", changeUrl };
  return { text: error instanceof Error && status ? error.message : "sign.failed", changeUrl };
}

/** An account and its right password, for which the second factor is missing. */
interface HalfWay {
  readonly username: string;
  readonly password: string;
  readonly methods: readonly string[];
}

export function SignIn() {
  const login = useLogin();
  const words = useWords();
  const translate = useTranslate();
  const [fault, setFault] = useState<Fault | null>(null);
  const [busy, setBusy] = useState(false);
  const [halfWay, setHalfWay] = useState<HalfWay | null>(null);
  const [isForgotten, setForgotten] = useState(false);

  /** Signs in with what `ask` returns; null: the person cancelled. */
  const authorize = async (ask: () => Promise<SignInWith | null>) => {
    setBusy(true);
    setFault(null);
    let given: SignInWith | null = null;
    try {
      given = await ask();
      if (given) await login(given, wanted());
    } catch (error) {
      setFault(faultOf(error));
      const methods = methodsOf(error);
      if (methods && given && "password" in given) setHalfWay({ ...given, methods });
    }
    setBusy(false);
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const textOf = (name: string) => String(form.get(name) ?? "");
    return authorize(async () => {
      if (!halfWay) return { username: textOf("username"), password: textOf("password") };
      const { username, password } = halfWay;
      return { username, password, otp: textOf("otp") };
    });
  };
  const usePasskey = () =>
    authorize(async () => {
      if (halfWay) {
        const otp = await passByPasskey();
        return otp === null ? null : { username: halfWay.username, password: halfWay.password, otp };
      }
      const credential = await askPasskey();
      return credential === null ? null : { credential };
    });
  const startOver = () => {
    setHalfWay(null);
    setFault(null);
  };

  if (isForgotten)
    return (
      <main className="sign-in">
        <ForgotPassword onBack={() => setForgotten(false)} />
      </main>
    );
  const offersPasskey = hasPasskeys() && (halfWay?.methods.includes("passkey") ?? true);
  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <p className="brand">{words("app.name")}</p>
        <h1>{words("sign.title")}</h1>
        {halfWay ? (
          <div className="field">
            <label htmlFor="otp">{words("sign.otp")}</label>
            <input
              key="otp"
              id="otp"
              name="otp"
              autoComplete="one-time-code"
              spellCheck={false}
              required
              ref={focused}
            />
            <p className="quiet">{words("sign.otpHint")}</p>
          </div>
        ) : (
          <>
            <div className="field">
              <label htmlFor="username">{words("sign.name")}</label>
              <input id="username" name="username" autoComplete="username" required ref={focused} />
            </div>
            <div className="field">
              <label htmlFor="password">{words("sign.password")}</label>
              <input id="password" name="password" type="password" autoComplete="current-password" required />
            </div>
          </>
        )}
        {fault ? (
          <p className="fault" role="alert">
            {translate(fault.text)}{" "}
            {fault.changeUrl ? <a href={fault.changeUrl}>{words("sign.choose")}</a> : null}
          </p>
        ) : null}
        <Button type="submit" look="main" disabled={busy}>
          {words("sign.submit")}
        </Button>
        {offersPasskey ? (
          <Button disabled={busy} onClick={usePasskey}>
            {words("sign.passkey")}
          </Button>
        ) : null}
        {halfWay ? (
          <Button look="quiet" onClick={startOver}>
            {words("sign.other")}
          </Button>
        ) : (
          <Button look="quiet" onClick={() => setForgotten(true)}>
            {words("forgot.title")}
          </Button>
        )}
      </form>
    </main>
  );
}
