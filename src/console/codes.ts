/** The names of the API's codes in the page's language. */
import { useLocaleState } from "ra-core";
import { codeWords } from "./code-names.ts";
import { useLabel, useResources } from "./declaration.tsx";

/** Names codes in the page's language; the name of a resource by its label. */
export function useCode(): (code: string) => string {
  const [locale] = useLocaleState();
  const resources = useResources();
  const label = useLabel();
  return (code) => label(resources.find(({ name }) => name === code)?.label) || codeWords(code, locale);
}
