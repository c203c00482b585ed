/** The files of a page: each opens large, and from there the others can be turned to. */
import type { RaRecord } from "ra-core";
import { createContext, type ReactNode, useContext, useState } from "react";
import type { Resource } from "../../declaration.tsx";
import { titleOf } from "../fields/titles.ts";
import { type FileValue, isFile } from "./file-value.ts";
import { Lightbox, type Opened } from "./lightbox.tsx";

/** Opens a file of the page. */
type Open = (value: FileValue) => void;
const Context = createContext<Open | null>(null);

export const useOpenFile = (): Open | null => useContext(Context);

interface GalleryProps {
  readonly resource: Resource;
  readonly records: readonly RaRecord[];
  readonly children: ReactNode;
}

export function Gallery({ resource, records, children }: GalleryProps) {
  const [first, setFirst] = useState<number | null>(null);
  const fields = resource.fields.filter(({ type }) => type === "file");
  const files = records.flatMap((record) =>
    fields.flatMap(({ name }): Opened[] => {
      const value: unknown = record[name];
      if (!isFile(value) || value.url === undefined) return [];
      return [{ title: titleOf(record, resource.title), value: { ...value, url: value.url } }];
    }),
  );
  const open = (value: FileValue) => {
    const at = files.findIndex((file) => file.value.url === value.url);
    if (at >= 0) setFirst(at);
  };
  return (
    <Context.Provider value={open}>
      {children}
      {first === null ? null : <Lightbox files={files} first={first} onClose={() => setFirst(null)} />}
    </Context.Provider>
  );
}
