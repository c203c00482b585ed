/** Name, type, size and date of a file, on one line. */
import { useFormats } from "../../i18n.ts";
import { type FileValue, typeName } from "./file-value.ts";

export function FileFacts({ value: { name, type, size, uploaded_at: at } }: { value: FileValue }) {
  const formats = useFormats();
  const facts = [
    name,
    type && typeName(type),
    size === null ? null : formats.bytes(size),
    at && formats.instant(at),
  ].filter(Boolean);
  return <span className="file-facts">{facts.join(" · ")}</span>;
}
