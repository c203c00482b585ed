/** Sends a file with real progress: `fetch` does not tell how much of a body was sent. */
import { noteAnswer } from "../../online.ts";
import { refusal, session } from "../../session.ts";

export interface Upload {
  readonly method: "PUT" | "PATCH" | "POST";
  readonly path: string;
  /** The form's field. */
  readonly field: string;
  readonly file: File;
  /** The version of the file that was read, for `If-Match`. */
  readonly version?: string | undefined;
  /** Called with the part that was sent, 0 to 1. */
  readonly onProgress: (part: number) => void;
  readonly signal: AbortSignal;
}

/** Resolves with the response's body when the server has stored the file. Rejects with the API's refusal, or an `AbortError`. */
export function sendFile(upload: Upload): Promise<unknown> {
  const { method, path, field, file, version, onProgress, signal } = upload;
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, path);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Accept-Language", document.documentElement.lang || "en");
    request.setRequestHeader("Authorization", `Token ${session.key() ?? ""}`);
    if (version !== undefined) request.setRequestHeader("If-Match", `"${version}"`);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      noteAnswer(true);
      const body = bodyOf(request.responseText);
      if (request.status < 300) resolve(body);
      else reject(refusal(request.status, body));
    };
    request.onerror = () => {
      noteAnswer(false);
      reject(new Error("error.offline"));
    };
    request.onabort = () => reject(new DOMException("", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    const form = new FormData();
    form.append(field, file);
    request.send(form);
  });
}

function bodyOf(words: string): unknown {
  try {
    return JSON.parse(words);
  } catch {
    return null;
  }
}
