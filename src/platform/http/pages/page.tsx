/** HTML pages: one layout, self-hosted styles, and a Content-Security-Policy that allows own resources only. */
import type { Child } from "hono/jsx";
import type { Locale } from "../text.ts";

export interface PageOptions {
  readonly title: string;
  readonly locale: Locale;
  readonly status?: number;
  /** Scripts by path; inline scripts never run. */
  readonly scripts?: readonly string[];
  readonly styles?: readonly string[];
  /** A script that is an ES module. */
  readonly module?: string;
  /** Put before the common policy: the first of two equal directives wins. */
  readonly policy?: string;
}

const STYLE = "/static/caravan.css";

export function page(options: PageOptions, body: Child): Response {
  const { title, locale, scripts = [], styles = [STYLE], status = 200 } = options;
  const document = (
    <html lang={locale}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <link rel="icon" href="/static/favicon.svg" type="image/svg+xml" />
        {styles.map((href) => (
          <link rel="stylesheet" href={href} />
        ))}
      </head>
      <body>
        {body}
        {scripts.map((src) => (
          <script src={src} defer />
        ))}
        {options.module ? <script src={options.module} type="module" /> : null}
      </body>
    </html>
  );
  return new Response(`<!doctype html>${document}`, {
    status,
    headers: { ...pageHeaders(options.policy), "Cache-Control": "no-store" },
  });
}

/** The headers of every HTML page. `policy`: see `PageOptions`. */
export function pageHeaders(policy?: string): Record<string, string> {
  return {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": `${policy ? `${policy}; ` : ""}${POLICY}`,
    "Referrer-Policy": "no-referrer",
  };
}

const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; style-src 'self'";
