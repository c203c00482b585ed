/** Walking over the console: the pages of all declared resources, and how a test goes from one to the next. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { Client } from "../whole/client.ts";

export interface DeclaredPages {
  readonly label: { readonly en: string; readonly ru: string };
  /** The path of the list below `/admin/`. */
  readonly list: string;
  /** The path of its first record; null when the list is empty. */
  readonly record: string | null;
}

/** The list of each resource that this login sees, and the first record of each. */
export async function declaredPages(client: Client): Promise<DeclaredPages[]> {
  const { body: resources } = await client.get("/api/admin/resources/");
  const pages: DeclaredPages[] = [];
  for (const { name, label } of resources as { name: string; label: DeclaredPages["label"] }[]) {
    const [first] = (await client.get(`/api/admin/${name}/?per_page=1`)).body.results;
    pages.push({ label, list: name, record: first ? `${name}/${encodeURIComponent(first.id)}` : null });
  }
  return pages;
}

/** Goes to a path below `/admin/` as a link does, without loading the console again. */
export function goTo(page: Page, path: string): Promise<void> {
  return page.evaluate((address) => {
    history.pushState(null, "", address);
    dispatchEvent(new PopStateEvent("popstate", { state: null }));
  }, `/admin/${path}`);
}

/** Waits until the page that was asked for is drawn, has its heading, and nothing says that it is loading. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn(null)))),
  );
  const isReady = async () =>
    (await page.locator("#content h1").count()) > 0 &&
    (await page.locator("#content [aria-busy=true]").count()) === 0;
  await expect.poll(isReady).toBe(true);
}
