/** The client of one server: who is signed in, the REST API, uploads, pushes, and the live connection. */
import { createFinalURL, defaultPathSerializer } from "openapi-fetch";
import { CaravanError } from "./errors.ts";
import { Live } from "./live/live.ts";
import { type LiveOptions, platformAfter } from "./live/options.ts";
import { Push } from "./push.ts";
import { randomId } from "./random-id.ts";
import { type Api, createApi, creates, type DataOf, type InitOf, type PathOf } from "./rest/api.ts";
import { Exchange } from "./rest/exchange.ts";
import type { paths } from "./rest/generated/schema.ts";
import { type ItemOf, type ListPath, type Page, pagesOf } from "./rest/pages.ts";
import { Session, type TokenPair } from "./rest/session.ts";
import { formOf, sendForm, type UploadOptions } from "./rest/upload.ts";
import { memoryStorage, type Storage } from "./storage.ts";

export interface CaravanOptions extends Omit<LiveOptions, "credentials" | "owner"> {
  /** Keeps the tokens and what was said and not acknowledged: `localStorage`, `AsyncStorage`; the memory by default. */
  readonly storage?: Storage;
  /** Keeps the tokens elsewhere than `storage`, as in a keychain. */
  readonly session?: Storage;
  /** By default the platform's. */
  readonly fetch?: typeof globalThis.fetch;
  /** The language of messages, `ru` or `en`; by default the platform's. A function is asked for each request. */
  readonly locale?: string | (() => string | undefined);
  /** How often a request is repeated that did not get through or met a busy server; 2 by default. */
  readonly retries?: number;
}

type Json<Path extends PathOf<"post">> = paths[Path]["post"] extends {
  requestBody?: { content: { "application/json": infer Body } };
}
  ? Body
  : never;

/** The caller's own account, as sign-in and sign-up answer it. */
export type Account = DataOf<"/api/v1/auth/login/", "post">["user"];
export type SignUp = Json<"/api/v1/auth/register/">;

export interface SignIn {
  readonly login: string;
  readonly password: string;
  readonly otp?: string;
}

/** A started upload, as `POST /api/upload/direct/start/` answers it. */
export interface StartedUpload {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

export class Caravan {
  /** Who is signed in. */
  readonly session: Session;
  /** The REST API, with types. */
  readonly api: Api;
  /** This device's registration for pushes. */
  readonly push: Push;
  /** The live connection, which opens when the first room is listened to. */
  readonly live: Live;
  readonly #url: string;
  readonly #exchange: Exchange;
  readonly #fetch: typeof globalThis.fetch;
  /** Whose messages wait to be sent: who is signed in, or was the last. */
  #owner = "";

  constructor(options: CaravanOptions = {}) {
    const { storage = memoryStorage(), session = storage, locale, prefix = "caravan" } = options;
    this.#url = (options.url ?? pageOrigin()).replace(/\/+$/, "");
    const fetch = options.fetch;
    // Browsers refuse a fetch that is called on anything but the window.
    this.#fetch = (input, init) => (fetch ?? globalThis.fetch)(input, init);
    this.session = new Session({
      storage: session,
      key: `${prefix}.session`,
      exchange: (refresh) => this.#exchangeRefresh(refresh),
      check: (authorization) => this.#check(authorization),
    });
    this.#exchange = new Exchange({
      session: this.session,
      locale: typeof locale === "function" ? locale : () => locale,
      retries: options.retries ?? 2,
      after: options.after ?? platformAfter,
      random: options.random ?? Math.random,
    });
    this.api = createApi(this.#url, this.#exchange, this.#fetch);
    this.push = new Push(this.api);
    const outbox = options.outbox ?? options.storage;
    this.live = new Live({
      ...options,
      url: this.#url,
      ...(outbox ? { outbox } : {}),
      owner: () => this.#owner || this.session.owner,
      credentials: {
        token: () => this.session.token(),
        renew: async () => ((await this.session.renew()) ? this.session.token() : null),
      },
      ready: () => this.session.load(),
    });
    this.#followSession();
  }

  /** Creates an account and signs in, unless its address has to be verified first: then `tokens` stays null. */
  async signUp(body: SignUp): Promise<Account> {
    const answer = (await this.api.POST("/api/v1/auth/register/", { body })) as Partial<TokenPair> & {
      user: Account;
    };
    const { access, refresh } = answer;
    if (access && refresh) await this.session.set({ access, refresh });
    return answer.user;
  }

  /** Signs in by phone, e-mail or username; `otp` is the second factor of an account that has one. */
  async signIn({ login, password, otp }: SignIn): Promise<Account> {
    const { user, access, refresh } = await this.api.POST("/api/v1/auth/login/", {
      body: { phone: login, password, ...(otp === undefined ? {} : { otp }) },
    });
    await this.session.set({ access, refresh });
    return user;
  }

  /** Signs this device out and forgets the tokens and what was not sent, even when the server can't be reached. */
  async signOut(): Promise<void> {
    try {
      if (await this.session.authorization()) await this.api.POST("/api/v1/auth/logout/");
    } catch (error) {
      if (!(error instanceof CaravanError)) throw error;
    } finally {
      await this.session.clear();
      this.live.forget();
    }
  }

  /** The items of a list, page by page as they are needed: `for await (const order of caravan.list("/api/v1/orders/list/"))`. */
  async *list<Path extends ListPath>(
    path: Path,
    init?: InitOf<Path, "get">,
  ): AsyncGenerator<ItemOf<Path>, void, undefined> {
    for await (const { results } of this.pages(path, init)) yield* results;
  }

  /** The same page by page, with the number of all items. */
  pages<Path extends ListPath>(
    path: Path,
    init?: InitOf<Path, "get">,
  ): AsyncGenerator<Page<ItemOf<Path>>, void, undefined> {
    return pagesOf(this.api, path, init);
  }

  /** Sends a form with a file to a path of the API: `upload("/api/v1/tasks/{id}/upload_photo/", { params, file })`. */
  async upload<Path extends PathOf<"post"> | PathOf<"patch"> | PathOf<"put">>(
    path: Path,
    options: UploadOptions & {
      readonly method?: "POST" | "PATCH" | "PUT";
      readonly params?: { readonly path?: Readonly<Record<string, string | number>> };
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Promise<UploadAnswer<Path>> {
    const { method = "POST", params = {}, headers = {} } = options;
    const url = createFinalURL(path, {
      baseUrl: this.#url,
      params: { path: { ...params.path } },
      querySerializer: () => "",
      pathSerializer: defaultPathSerializer,
    });
    const sent = new Headers(headers);
    if (method === "POST" && creates(path) && !sent.has("idempotency-key"))
      sent.set("idempotency-key", randomId());
    const response = await this.#sendForm(url, method, sent, options);
    return (response.status === 204 ? undefined : await response.json()) as UploadAnswer<Path>;
  }

  /** Sends the file of a started upload to its address; then finish the upload through the API. */
  async sendUpload(
    { url, fields }: StartedUpload,
    options: Omit<UploadOptions, "fields" | "field">,
  ): Promise<void> {
    await this.#sendForm(url, "POST", new Headers(), { ...options, fields, field: "file" });
  }

  /** Closes the live connection. The client can be used again. */
  close(): void {
    this.live.close();
  }

  #sendForm(url: string, method: string, headers: Headers, options: UploadOptions): Promise<Response> {
    const form = formOf(options);
    const { onProgress, signal } = options;
    return this.#exchange.run({
      method,
      headers,
      signal,
      send: (headers) => sendForm(this.#fetch, { url, method, headers, form, onProgress, signal }),
    });
  }

  async #exchangeRefresh(refresh: string): Promise<TokenPair> {
    const { access, refresh: next } = await this.api.POST("/api/v1/auth/token/refresh/", {
      body: { refresh },
      // Not signed: a token that is being renewed can't wait for its own renewal.
      headers: { authorization: "" },
    });
    return { access, refresh: next };
  }

  async #check(authorization: string): Promise<boolean> {
    try {
      await this.api.GET("/api/v1/notifications/unread-count/", { headers: { authorization } });
      return true;
    } catch (error) {
      if (error instanceof CaravanError && error.status === 401) return false;
      throw error;
    }
  }

  /** Another person's connection is another connection. A session that ends by itself leaves what was said to its owner. */
  #followSession(): void {
    void this.session.load().then(() => {
      this.#owner ||= this.session.owner;
    });
    this.session.onChange((tokens) => {
      const { owner } = this.session;
      if (!tokens) return this.live.pause();
      if (this.#owner && this.#owner !== owner) this.live.forget();
      const isNew = this.#owner !== owner;
      this.#owner = owner;
      this.live.resume(isNew);
    });
  }
}

type UploadAnswer<Path> =
  | (Path extends PathOf<"post"> ? DataOf<Path, "post"> : never)
  | (Path extends PathOf<"patch"> ? DataOf<Path, "patch"> : never)
  | (Path extends PathOf<"put"> ? DataOf<Path, "put"> : never);

/** A client of one server. Several may exist beside each other, with a `prefix` of their own if they share storages. */
export function createCaravan(options: CaravanOptions = {}): Caravan {
  return new Caravan(options);
}

function pageOrigin(): string {
  const { location } = globalThis as { location?: { origin?: string } };
  if (!location?.origin) throw new TypeError("Say where the server is: `url`.");
  return location.origin;
}
