/** Changes one's own password. The identity module decides: this session stays, all others end. */
import { useQueryClient } from "@tanstack/react-query";
import { useNotify } from "ra-core";
import { useWords } from "../i18n.ts";
import { call } from "../session.ts";
import { DEVICES } from "./devices.tsx";
import { OwnField, OwnForm } from "./form.tsx";

export function Password() {
  const words = useWords();
  const notify = useNotify();
  const cache = useQueryClient();
  const change = async (body: Readonly<Record<string, string>>) => {
    await call("POST", "/api/auth/password/change/", { body });
    notify("account.passwordChanged", { type: "success" });
    void cache.invalidateQueries({ queryKey: DEVICES });
    return true;
  };
  return (
    <section className="own">
      <h2>{words("account.password")}</h2>
      <p className="quiet">{words("account.passwordHint")}</p>
      <OwnForm action={words("account.savePassword")} onSubmit={change}>
        {(faults) => (
          <>
            <OwnField
              label={words("security.currentPassword")}
              name="old_password"
              type="password"
              autoComplete="current-password"
              faults={faults}
              required
            />
            <OwnField
              label={words("account.newPassword")}
              name="new_password1"
              type="password"
              autoComplete="new-password"
              faults={faults}
              required
            />
            <OwnField
              label={words("account.again")}
              name="new_password2"
              type="password"
              autoComplete="new-password"
              faults={faults}
              required
            />
          </>
        )}
      </OwnForm>
    </section>
  );
}
