/** The resources as the API declares them to this role. The screens are built from them. */

import { useLocaleState } from "ra-core";
import { createContext, type ReactNode, useContext, useMemo } from "react";
import { mayOpen, type Resource, type Words } from "./declared.ts";
import { showCurrency } from "./formats.ts";
import { call } from "./session.ts";

export * from "./declared.ts";

/** The currency of all amounts; the API declares it with each field of money. */
const currencyOf = (resources: readonly Resource[]) =>
  resources.flatMap(({ fields }) => fields).find(({ currency }) => currency)?.currency;

let known: readonly Resource[] = [];
/** The declaration for code outside of components. */
export const declared = (name: string): Resource | undefined =>
  known.find((resource) => resource.name === name);

/** Loaded once after sign-in; a refusal means that the account may not use the console. */
export async function readDeclaration(signal?: AbortSignal, key?: string): Promise<readonly Resource[]> {
  known = await call<readonly Resource[]>("GET", "/api/admin/resources/", { signal, key });
  showCurrency(currencyOf(known));
  return known;
}

const Context = createContext<readonly Resource[]>([]);

export function DeclarationProvider({
  resources,
  children,
}: {
  resources: readonly Resource[];
  children: ReactNode;
}) {
  return <Context.Provider value={resources}>{children}</Context.Provider>;
}

export const useResources = () => useContext(Context);

export function useDeclared(name: string | undefined): Resource | undefined {
  const resources = useResources();
  return useMemo(() => resources.find((resource) => resource.name === name), [resources, name]);
}

/** A label in the page's language. */
export function useLabel(): (words: Words | string | null | undefined) => string {
  const [locale] = useLocaleState();
  return (words) => {
    if (words === undefined || words === null) return "";
    if (typeof words === "string") return words;
    return (locale === "ru" ? words.ru : words.en) || words.en;
  };
}

/** Whether this person may open a page that shows several resources. */
export const useMayOpen = (page: Parameters<typeof mayOpen>[1]): boolean => mayOpen(useResources(), page);

/** Whether this person may do something to records of a resource, as far as their states allow: an action, or a further right. */
export function useMay(resource: string, right: string): boolean {
  const found = useDeclared(resource);
  return (
    found !== undefined && (found.further.includes(right) || found.actions.some(({ name }) => name === right))
  );
}

/** The operators' room; null for those whose groups may not read what it tells. */
export function useOpsRoom(): "ops:all" | null {
  return useMayOpen("live") ? "ops:all" : null;
}
