/** The console's language, in this browser and at once, and the language of one's letters, which the account keeps. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useLocaleState, useLocales, useNotify } from "ra-core";
import { useId } from "react";
import { useWords } from "../i18n.ts";
import { call } from "../session.ts";

const PATH = "/api/v1/settings/";
const KEY = ["account", "settings"] as const;

interface Settings {
  readonly locale: "en" | "ru";
}

export function Languages() {
  const words = useWords();
  const notify = useNotify();
  const cache = useQueryClient();
  const [locale, setLocale] = useLocaleState();
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => call<Settings>("GET", PATH, { signal }),
  });
  const keep = async (chosen: string) => {
    try {
      cache.setQueryData(KEY, await call<Settings>("PUT", PATH, { body: { locale: chosen } }));
      notify("ra.notification.updated", { type: "success" });
    } catch (error) {
      notify(error instanceof Error ? error.message : "error.offline", { type: "error" });
    }
  };
  return (
    <section className="own">
      <h2>{words("account.language")}</h2>
      <div className="fields bare">
        <Choice label={words("account.ofConsole")} value={locale} onChange={setLocale} />
        {data ? <Choice label={words("account.ofLetters")} value={data.locale} onChange={keep} /> : null}
      </div>
    </section>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (locale: string) => unknown;
}

function Choice({ label, value, onChange }: ChoiceProps) {
  const id = useId();
  const locales = useLocales();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => void onChange(event.target.value)}>
        {locales.map(({ locale, name }) => (
          <option key={locale} value={locale} lang={locale}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
