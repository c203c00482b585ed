/** Files on their way to the server, with progress where the platform tells it. */
import { abortReason } from "../errors.ts";

/** Bytes that have left, and all of them. */
export interface Progress {
  readonly loaded: number;
  readonly total: number;
}

/** A form with files. In React Native a file is `{ uri, name, type }`. */
export interface UploadOptions {
  readonly file: Blob | { readonly uri: string; readonly name: string; readonly type: string };
  /** The file's field in the form; `file` by default. */
  readonly field?: string;
  /** The file's name; that of a `File` by default. */
  readonly name?: string;
  readonly fields?: Readonly<Record<string, string | number | boolean>>;
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the upload. */
  readonly signal?: AbortSignal;
}

export function formOf({ file, field = "file", name, fields = {} }: UploadOptions): FormData {
  const form = new FormData();
  for (const [key, value] of Object.entries(fields)) form.append(key, String(value));
  const named = name ?? ("name" in file ? String(file.name) : "file");
  if (typeof Blob !== "undefined" && file instanceof Blob) form.append(field, file, named);
  // React Native's form takes a description of the file.
  else form.append(field, file as Blob);
  return form;
}

interface Sending {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly form: FormData;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Sends a form. Where there is no `XMLHttpRequest` the bytes are counted as they are read to be sent. */
export function sendForm(fetch: typeof globalThis.fetch, sending: Sending): Promise<Response> {
  const { url, method, headers, form, onProgress, signal } = sending;
  if (!onProgress) return fetch(url, { method, headers, body: form, signal: signal ?? null });
  const { XMLHttpRequest } = globalThis as unknown as { XMLHttpRequest?: new () => Xhr };
  return XMLHttpRequest ? byXhr(new XMLHttpRequest(), sending) : countedFetch(fetch, sending);
}

/** The used part of `XMLHttpRequest`, which Node and Workers have neither in types nor in fact. */
interface Xhr {
  readonly status: number;
  readonly responseText: string;
  readonly upload: { onprogress: ((progress: Progress) => void) | null };
  onload: (() => void) | null;
  onerror: (() => void) | null;
  onabort: (() => void) | null;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  getAllResponseHeaders(): string;
  send(body: FormData): void;
  abort(): void;
}

function byXhr(xhr: Xhr, { url, method, headers, form, onProgress, signal }: Sending): Promise<Response> {
  return new Promise((resolve, reject) => {
    xhr.open(method, url);
    headers.forEach((value, name) => {
      xhr.setRequestHeader(name, value);
    });
    xhr.upload.onprogress = ({ loaded, total }) => onProgress?.({ loaded, total });
    xhr.onload = () => {
      const answered = new Headers();
      for (const line of xhr
        .getAllResponseHeaders()
        .trim()
        .split(/[\r\n]+/)) {
        const colon = line.indexOf(":");
        if (colon > 0) answered.append(line.slice(0, colon), line.slice(colon + 1).trim());
      }
      const body = xhr.status === 204 || xhr.status === 304 ? null : xhr.responseText;
      resolve(new Response(body, { status: xhr.status, headers: answered }));
    };
    xhr.onerror = () => reject(new TypeError("The upload broke off."));
    xhr.onabort = () => reject(abortReason(signal));
    if (signal?.aborted) return reject(abortReason(signal));
    signal?.addEventListener("abort", () => xhr.abort(), { once: true });
    xhr.send(form);
  });
}

async function countedFetch(fetch: typeof globalThis.fetch, sending: Sending): Promise<Response> {
  const { url, method, headers, form, onProgress, signal } = sending;
  // The platform writes the form; its length is known once it is whole.
  const whole = new Response(form);
  const blob = await whole.blob();
  const type = whole.headers.get("content-type");
  if (type) headers.set("content-type", type);
  const total = blob.size;
  let loaded = 0;
  const counting = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      loaded += chunk.byteLength;
      controller.enqueue(chunk);
      onProgress?.({ loaded, total });
    },
  });
  // `duplex` is required for streams, and not in every platform's types yet.
  const init = { method, headers, body: blob.stream().pipeThrough(counting), signal, duplex: "half" };
  return fetch(url, init as unknown as RequestInit);
}
