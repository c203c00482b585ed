/** Builds the Worker as a deploy does; returns its size in bytes: what a cold start loads, and the parts loaded on demand. */
export function build(): Promise<{ raw: number; gz: number; parts: number }>;

/** The files of the built script, its entry first. */
export function productModules(): { readonly type: "ESModule"; readonly path: string }[];

/** The product, started (see `platform.mjs`). */
export interface Product {
  readonly origin: string;
  readonly database: D1Database;
  readonly miniflare: {
    unsafeEvictDurableObject(
      worker: string,
      className: string,
      options: { readonly name: string; readonly webSockets?: "close" },
    ): Promise<void>;
    dispose(): Promise<void>;
  };
  /** Milliseconds of CPU since the start. */
  cpu(): number;
  /** Bytes. */
  memory(): number;
}
export function startProduct(
  place: {
    readonly port: number;
    readonly folder: string;
    readonly front?: { readonly type: string; readonly path: string; readonly contents: string };
  },
  bindings: Readonly<Record<string, string>>,
): Promise<Product>;
