/** Files on their way into an answer: each is uploaded at once, with its progress. */
import { useEffect, useRef, useState } from "react";
import { useWords } from "../../../i18n.ts";
import { sendFile } from "../../../records/files/upload.ts";
import type { PlainWord } from "../../../words.ts";
import { filesPath } from "../requests.ts";

/** As the server takes it; a larger file is refused before it is sent. */
const MOST_BYTES = 10 * 1024 * 1024;
const MOST_FILES = 10;
export const ACCEPTED =
  "image/jpeg,image/png,image/webp,image/gif,image/avif,image/heic,image/heif,application/pdf";

export interface Upload {
  readonly key: string;
  readonly name: string;
  /** A small picture as a `data:` address; null for other files, and until it is drawn. */
  readonly picture: string | null;
  /** 0 to 1. */
  readonly progress: number;
  /** The file's id once it is stored. */
  readonly id: number | null;
  /** Why it was refused. */
  readonly fault: string | null;
}

export interface Uploads {
  readonly files: readonly Upload[];
  readonly isBusy: boolean;
  add(files: Iterable<File>): void;
  remove(key: string): void;
  /** Empties the tray: the answer was sent. */
  clear(): void;
}

export function useUploads(ticketId: string): Uploads {
  const words = useWords();
  const [files, setFiles] = useState<readonly Upload[]>([]);
  const running = useRef(new Map<string, AbortController>());
  const change = (key: string, facts: Partial<Upload>) =>
    setFiles((before) => before.map((file) => (file.key === key ? { ...file, ...facts } : file)));
  useEffect(() => {
    const requests = running.current;
    return () => {
      for (const request of requests.values()) request.abort();
    };
  }, []);
  const send = (key: string, file: File) => {
    const controller = new AbortController();
    running.current.set(key, controller);
    const onProgress = (progress: number) => change(key, { progress });
    sendFile({
      method: "POST",
      path: filesPath(ticketId),
      field: "file",
      file,
      onProgress,
      signal: controller.signal,
    })
      .then((stored) => change(key, { id: (stored as { id: number }).id, progress: 1 }))
      .catch((error: unknown) => {
        // The server's reason, else the connection's.
        const fault = error instanceof Error && "status" in error ? error.message : words("error.offline");
        change(key, { fault });
      })
      .finally(() => running.current.delete(key));
  };
  return {
    files,
    isBusy: files.some(({ id, fault }) => id === null && fault === null),
    add(chosen) {
      const added = [...chosen].map((file, at) => {
        const fault = faultOf(file, files.filter((each) => each.fault === null).length + at);
        const upload: Upload = {
          key: crypto.randomUUID(),
          name: file.name,
          picture: null,
          progress: 0,
          id: null,
          fault: fault && words(fault),
        };
        return { file, upload };
      });
      setFiles((before) => [...before, ...added.map(({ upload }) => upload)]);
      for (const { file, upload } of added) {
        if (upload.fault) continue;
        send(upload.key, file);
        void thumbnailOf(file).then((picture) => change(upload.key, { picture }));
      }
    },
    remove(key) {
      running.current.get(key)?.abort();
      setFiles((before) => before.filter((file) => file.key !== key));
    },
    clear: () => setFiles([]),
  };
}

/** Why a file is not even sent. `already`: the number of files before it. */
function faultOf(file: File, already: number): PlainWord | null {
  if (already >= MOST_FILES) return "talk.tooMany";
  if (file.size > MOST_BYTES) return "talk.tooLarge";
  if (file.size === 0) return "talk.emptyFile";
  const isKnown = ACCEPTED.split(",").includes(file.type) || /\.hei[cf]$/i.test(file.name);
  return isKnown ? null : "talk.wrongType";
}

/** Pixels of a thumbnail's height, twice what is shown. */
const THUMBNAIL = 88;

/** Drawn here, because the page's policy allows no `blob:` addresses. Null for what this browser can't draw. */
async function thumbnailOf(file: File): Promise<string | null> {
  if (!file.type.startsWith("image/")) return null;
  try {
    const bitmap = await createImageBitmap(file, { resizeHeight: THUMBNAIL, resizeQuality: "medium" });
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
    bitmap.close();
    return canvas.toDataURL("image/webp", 0.8);
  } catch {
    return null;
  }
}
