/** The documentation site on a real server: its pages, its search, and every snippet on it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrowser } from "../../scripts/setup/browser.mjs";
import { installPackage, lintPackage, packClient, runExample } from "../package/try.ts";
import { Line } from "../torture/client/line.ts";
import { Server } from "./server.ts";
import { runSnippets, snippetFaults, snippetsOf } from "./snippets.ts";

const PAGES = join(import.meta.dirname, "../../docs/site/src/content/docs");
const pages = readdirSync(PAGES, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.mdx?$/.test(path) && path !== "404.md")
  .sort();
const addressOf = (path: string) => `/docs/${path.replace(/(index)?\.mdx?$/, "/").replace(/^\/+/, "")}`;

let server: Server;
let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findBrowser(), args: ["--no-sandbox"] });
  server = await Server.start();
});
afterAll(async () => {
  await browser?.close();
  await server?.remove();
});

describe("code", () => {
  test.each(pages)("The snippets of %s run, and print what the page shows.", async (path) => {
    const snippets = snippetsOf(readFileSync(join(PAGES, path), "utf8"));
    expect(snippetFaults(snippets)).toEqual([]);
    expect(await runSnippets(snippets, server.origin)).toEqual([]);
  });

  test("A snippet that fails, meets an undocumented error or prints something else is reported.", async () => {
    const faultsOf = (page: string) => runSnippets(snippetsOf(page), server.origin);
    const good = '```sh\ncurl -s http://127.0.0.1:8787/health/\n```\n```json\n{"status": "…"}\n```\n';
    expect(await faultsOf(good)).toEqual([]);
    expect(await faultsOf(good.replace("status", "mood"))).toEqual([
      expect.stringContaining(".mood is missing"),
    ]);
    expect(await faultsOf(good.replace("health", "nowhere"))).toHaveLength(2);
    expect(await faultsOf("```js\nthrow new Error('no');\n```")).toHaveLength(1);
    expect(await faultsOf("```js\nawait fetch('http://127.0.0.1:8787/nowhere/');\n```")).toEqual([
      "line 1: the server answered 404",
    ]);
    expect(await faultsOf("```js expect=404\nawait fetch('http://127.0.0.1:8787/nowhere/');\n```")).toEqual(
      [],
    );
  });

  test("A page without a snippet that runs, and a block that is not run without a reason, are reported.", () => {
    expect(snippetFaults(snippetsOf("Text.\n"))).toHaveLength(1);
    expect(snippetFaults(snippetsOf("```swift\nlet a = 1\n```\n"))).toHaveLength(2);
    expect(snippetFaults(snippetsOf('```sh not-run=""\nls\n```\n```sh\nls\n```\n'))).toHaveLength(1);
  });
});

describe("package", () => {
  test("The packed client passes its linters, installs alone and offline, and the example app works with it over a line that is cut.", async () => {
    const packed = await packClient();
    try {
      const [{ app, installed }] = await Promise.all([installPackage(packed), lintPackage(packed)]);
      expect(installed).toEqual(["@caravan"]);
      const { printed, cuts } = await runExample(app, server.origin);
      expect(printed.trim().split("\n")).toEqual([
        "the line was lost: true; both heard the same: true",
        "100% sent",
        "picture: image/png",
        "order: CONFIRMED",
        "order: CANCELLED",
      ]);
      expect(cuts).toBeGreaterThan(0);
    } finally {
      await packed.remove();
    }
  });

  test("In a browser the client says at once what waited while it was offline, and files go with their progress and end by an abort.", async () => {
    const line = await Line.to(server.origin);
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(line.origin);
      await page.evaluate(BEGIN);
      await context.setOffline(true);
      line.cut();
      await page.evaluate("sent = room.message('From the tunnel').then(() => performance.now()); undefined");
      // Two attempts have failed, and the third is two seconds away.
      await page.evaluate("thirdPause");
      expect(await page.evaluate("[caravan.live.state, room.pending.length]")).toEqual(["waiting", 1]);
      const began = Number(await page.evaluate("performance.now()"));
      await context.setOffline(false);
      expect(Number(await page.evaluate("sent")) - began).toBeLessThan(1_500);
      expect(await page.evaluate(UPLOADS)).toEqual({ last: 1, isPicture: true, code: "AbortError" });
    } finally {
      await context.close();
      await line.close();
    }
  });
});

const BEGIN = `(async () => {
  const { createCaravan } = await import("/client/browser.js");
  globalThis.caravan = createCaravan({ random: () => 1, storage: localStorage });
  let pauses = 0;
  globalThis.thirdPause = new Promise((resolve) =>
    caravan.live.onState((state) => state === "waiting" && ++pauses === 3 && resolve()),
  );
  await caravan.signIn({ login: "client1", password: "password123" });
  globalThis.room = caravan.live.room("chat:1");
  room.subscribe();
  await room.ready();
})()`;

const UPLOADS = `(async () => {
  const canvas = document.createElement("canvas");
  const picture = await new Promise((take) => canvas.toBlob(take));
  const seen = [];
  const sending = { method: "PATCH", file: picture, name: "a.png", field: "avatar" };
  const onProgress = ({ loaded, total }) => seen.push(loaded / total);
  const { avatar } = await caravan.upload("/api/v1/auth/profile/", { ...sending, onProgress });
  const controller = new AbortController();
  const aborted = caravan.upload("/api/v1/auth/profile/", { ...sending, onProgress, signal: controller.signal });
  controller.abort();
  const code = await aborted.then(() => null, (error) => error.name);
  caravan.close();
  return { last: seen.at(-1), isPicture: avatar !== null, code };
})()`;

describe("pages", () => {
  test("Every link within the site and to other pages of the server leads to something that exists.", async () => {
    const texts = new Map<string, string>();
    for (const path of pages)
      texts.set(addressOf(path), await (await fetch(server.origin + addressOf(path))).text());
    const lost = new Set<string>();
    const outside = new Map<string, boolean>();
    for (const [address, html] of texts)
      for (const [, href = ""] of html.matchAll(/<a\b[^>]*?\shref="([^"]+)"/g)) {
        const url = new URL(href.replaceAll("&amp;", "&"), server.origin + address);
        // Pages may name other sites. Nobody follows those here, because tests run offline.
        if (url.origin !== server.origin && url.protocol === "https:") continue;
        if (url.origin !== server.origin) {
          lost.add(`${address} → ${href}`);
          continue;
        }
        const page = texts.get(url.pathname);
        if (page === undefined && !outside.has(url.pathname))
          outside.set(url.pathname, (await fetch(url, { redirect: "manual" })).status < 400);
        const there = page === undefined ? outside.get(url.pathname) : hasAnchor(page, url.hash);
        if (!there) lost.add(`${address} → ${href}`);
      }
    expect([...lost]).toEqual([]);
  });

  test("Pages and their search work under the site's own policy, and load nothing from other origins.", async () => {
    const faults: string[] = [];
    const page = await browser.newPage();
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("request", (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(server.origin))
        faults.push(request.url());
    });
    const answer = await page.goto(`${server.origin}/docs/start/quick-start/`);
    const policy = (await answer?.allHeaders())?.["content-security-policy"] ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/script-src[^;]*'unsafe-inline'|'unsafe-eval'|https?:/);
    await page.click("button[data-open-modal]");
    await page.keyboard.type("close codes");
    await page.locator("#starlight__search a").first().waitFor();
    await page.close();
    expect(faults).toEqual([]);
  });
});

function hasAnchor(html: string, hash: string): boolean {
  return hash === "" || html.includes(` id="${decodeURIComponent(hash.slice(1))}"`);
}
