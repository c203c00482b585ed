/** Where there are no sample people: a person signs in with an account of the server. */
import { isCaravanError } from "@caravan/client";
import { type FormEvent, useId, useState } from "react";
import { Button } from "../../console/kit/button.tsx";
import { useWords } from "../language.tsx";
import type { Person } from "../person/person.ts";

export function SignIn({ person }: { person: Person }) {
  const words = useWords();
  const id = useId();
  const [fault, setFault] = useState("");
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setFault("");
    try {
      await person.signIn({ login: String(form.get("login")), password: String(form.get("password")) });
    } catch (error) {
      setFault(isCaravanError(error) ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="sign-in pad" onSubmit={(event) => void submit(event)}>
      <p>{words("sign.why")}</p>
      <p className="quiet">{words("sign.one")}</p>
      <div className="field">
        <label htmlFor={`${id}-login`}>{words("sign.name")}</label>
        <input id={`${id}-login`} name="login" autoComplete="username" required />
      </div>
      <div className="field">
        <label htmlFor={`${id}-password`}>{words("sign.password")}</label>
        <input
          id={`${id}-password`}
          name="password"
          type="password"
          autoComplete="current-password"
          required
        />
      </div>
      <p className="fault" role="alert">
        {fault}
      </p>
      <Button type="submit" look="main" disabled={isBusy}>
        {words("sign.submit")}
      </Button>
    </form>
  );
}
