/** "My account": profile, language, password, devices, and the way to second factors and keys. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router-dom";
import { useWords } from "../i18n.ts";
import { Icon } from "../kit/icon.tsx";
import { InfoPage, Loading, PageTitle } from "../kit/page.tsx";
import { ACCOUNT, readAccount } from "./account.ts";
import { Devices } from "./devices.tsx";
import { GuardedForms } from "./form.tsx";
import { Languages } from "./languages.tsx";
import { Password } from "./password.tsx";
import { Profile } from "./profile.tsx";

export function AccountPage() {
  const words = useWords();
  const { data, error } = useQuery({ queryKey: ACCOUNT, queryFn: ({ signal }) => readAccount(signal) });
  if (!data) return error ? <InfoPage text={error.message} /> : <Loading />;
  return (
    <section className="page">
      <PageTitle title={words("account.title")}>
        <Link className="button" to="/security">
          <Icon name="lock" />
          {words("nav.security")}
        </Link>
      </PageTitle>
      <GuardedForms>
        <div className="account">
          <div>
            <Profile account={data} />
            <Password />
          </div>
          <div>
            <Languages />
            <Devices />
          </div>
        </div>
      </GuardedForms>
    </section>
  );
}
