/** Pages and actions that the palette finds, by their words in either language. */
import { useLocaleState } from "ra-core";
import { mayOpen, type Resource, useLabel, useResources } from "../declaration.tsx";
import { useWords } from "../i18n.ts";
import { toggleTheme } from "../theme.ts";
import { catalogue, type PlainWord } from "../words.ts";

/** Something to choose: a place to go to, or something to do. */
export interface Item {
  /** Unique among all items. */
  readonly key: string;
  readonly title: string;
  readonly about?: string;
  readonly path?: string;
  readonly run?: () => void;
}

interface Known extends Item {
  /** What it is found by, in lower case. */
  readonly words: string;
}

/** The words of both languages. */
const both = (...keys: readonly PlainWord[]) => keys.flatMap((key) => [...catalogue[key]]).join(" ");

/** Says that something is made, in forms that people type. */
const NEW = "new create add новый новая новое создать добавить";

const known = (item: Item, ...words: readonly string[]): Known => ({
  ...item,
  words: [item.title, item.about ?? "", ...words].join(" ").toLowerCase(),
});

/** An item is found when each typed word begins one of its words. */
export function isFound({ words }: Known, typed: string): boolean {
  const all = words.split(/[\s,.:·-]+/);
  return typed
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .every((word) => all.some((each) => each.startsWith(word)));
}

const namesOf = ({ name, subject, label }: Resource) =>
  [label.en, label.ru, name, subject].join(" ").replaceAll(/[_-]/g, " ");

export function usePages(): readonly Known[] {
  const resources = useResources();
  const words = useWords();
  const label = useLabel();
  const page = (path: string, word: PlainWord, more = "") =>
    known({ key: path, path, title: words(word) }, both(word), more);
  return [
    ...(mayOpen(resources, "overview") ? [page("/", "nav.overview", "home dashboard главная")] : []),
    ...(mayOpen(resources, "live") ? [page("/map", "nav.map")] : []),
    ...(mayOpen(resources, "tickets")
      ? [page("/conversations", "nav.tickets", "chat support чат поддержка")]
      : []),
    ...resources.map((resource) =>
      known(
        {
          key: `/${resource.name}`,
          path: `/${resource.name}`,
          title: label(resource.label),
          about: words(`group.${resource.group}` as PlainWord),
        },
        namesOf(resource),
      ),
    ),
    page("/account", "account.title", "profile password профиль пароль"),
    page("/security", "nav.security", "passkey"),
  ];
}

export function useActions(): readonly Known[] {
  const resources = useResources();
  const words = useWords();
  const label = useLabel();
  const [locale, setLocale] = useLocaleState();
  const orders = resources.find(({ further }) => further.includes("take"));
  // Views are saved where they are used.
  const creates = resources.filter(
    (each) => each.can.create && each !== orders && each.subject !== "saved_view",
  );
  const path = (resource: Resource) => `/${resource.name}/create`;
  return [
    ...(orders
      ? [
          known(
            { key: path(orders), path: path(orders), title: words("call.title") },
            both("call.title"),
            namesOf(orders),
            NEW,
          ),
        ]
      : []),
    ...creates.map((resource) =>
      known(
        {
          key: path(resource),
          path: path(resource),
          title: `${words("do.create")}: ${label(resource.label)}`,
        },
        namesOf(resource),
        NEW,
      ),
    ),
    known({ key: "theme", title: words("nav.theme"), run: toggleTheme }, both("nav.theme")),
    known(
      {
        key: "language",
        title: words("nav.language"),
        run: () => void setLocale(locale === "ru" ? "en" : "ru"),
      },
      both("nav.language"),
      "language язык русский english",
    ),
  ];
}
