/** The names of the API's codes in the page's language. */
import { useLocaleState } from "ra-core";
import { codeWords } from "./code-names.ts";
import { useLabel, useResources } from "./declaration.tsx";

/** Names codes in the page's language; the name of a resource by its label. */
export function useCode(): (code: string) => string {
  const [locale] = useLocaleState();
  const resources = useResources();
  const label = useLabel();
  return (code) =>
    label(resources.find(({ name }) => name === code)?.label) ||
    rightWords(resources, code, label) ||
    codeWords(code, locale);
}

/** A right as groups have it, `orders:read`: the resource and what may be done. */
function rightWords(
  resources: ReturnType<typeof useResources>,
  code: string,
  label: ReturnType<typeof useLabel>,
): string {
  const resource = code.includes(":")
    ? resources.find(({ name }) => name === code.split(":", 1)[0])
    : undefined;
  const grant = resource?.grants?.find(({ name }) => name === code);
  return resource && grant ? `${label(resource.label)}: ${label(grant.label)}` : "";
}
