/** A staff member's own security: authenticator app, passkeys, recovery codes and API keys. */
import { useQuery } from "@tanstack/react-query";
import { useLogout } from "ra-core";
import { useState } from "react";
import { useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { InfoPage, Loading, PageTitle } from "../kit/page.tsx";
import { call } from "../session.ts";
import { ApiKeys } from "./api-keys.tsx";
import { AppFactor } from "./app-factor.tsx";
import { type Factors, provable } from "./factors.ts";
import { PasskeyList } from "./passkey-list.tsx";
import { RecoveryCodes, ShownCodes } from "./recovery-codes.tsx";

/** `onReady`: the page is shown instead of the console, to somebody who must set up a second factor first. */
export function Security({ onReady }: { onReady?: () => void }) {
  const words = useWords();
  const logout = useLogout();
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ["security", "factors"],
    queryFn: ({ signal }) => call<Factors>("GET", "/api/v1/auth/factors/", { signal }),
  });
  if (error) return <InfoPage text={error.message} />;
  if (!data) return <Loading />;
  const { hasFactor } = provable(data);
  const section = { factors: data, onChange: refetch, onCodes: setCodes };
  return (
    <section className="page">
      <PageTitle title={words("security.title")}>
        {onReady && hasFactor ? (
          <Button look="main" onClick={onReady}>
            {words("security.ready")}
          </Button>
        ) : null}
        {onReady ? (
          <Button look="quiet" icon="exit" onClick={() => logout()}>
            {words("nav.signOut")}
          </Button>
        ) : null}
      </PageTitle>
      {onReady && !hasFactor ? <p className="fault">{words("security.required")}</p> : null}
      <div className="security">
        <AppFactor {...section} />
        <PasskeyList {...section} />
        {hasFactor ? <RecoveryCodes {...section} /> : null}
        {onReady ? null : <ApiKeys {...section} />}
      </div>
      {codes ? <ShownCodes codes={codes} onClose={() => setCodes(null)} /> : null}
    </section>
  );
}
