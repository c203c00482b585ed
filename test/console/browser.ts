/** A real browser on a real server: one of each per file, a fresh window per test. */
import { type Browser, chromium, type Page } from "playwright-core";
import { findBrowser } from "../../scripts/setup/browser.mjs";
import { Client } from "../whole/client.ts";
import { Server } from "../whole/server.ts";

export const LOGINS = {
  client: { username: "client1", password: "password123" },
  driver: { username: "driver1", password: "password123" },
  operator: { username: "operator1", password: "password123" },
  staff: { username: "admin", password: "caravan-admin-1" },
} as const;
export type Login = keyof typeof LOGINS;

export interface WindowOptions {
  readonly width?: number;
  readonly locale?: string;
  readonly colorScheme?: "light" | "dark";
  readonly hasTouch?: boolean;
}

/** A window's errors, and its requests to other servers. */
export interface Watched {
  readonly page: Page;
  readonly faults: string[];
  readonly outside: string[];
}

/** A server and a browser for tests of the console. `open` starts both, `close` stops them. */
export class Stage {
  readonly server: Server;
  readonly client: Client;
  readonly #browser: Browser;

  private constructor(server: Server, browser: Browser) {
    this.server = server;
    this.client = new Client(server.origin);
    this.#browser = browser;
  }

  static async open(): Promise<Stage> {
    const args = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-sandbox"];
    const browser = await chromium.launch({ executablePath: findBrowser(), args });
    try {
      return new Stage(await Server.start(), browser);
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.server.remove();
  }

  /** Opens an empty window without a session. */
  async window({ width = 1280, ...options }: WindowOptions = {}): Promise<Watched> {
    const context = await this.#browser.newContext({
      viewport: { width, height: 860 },
      locale: "en-US",
      acceptDownloads: true,
      ...options,
    });
    const page = await context.newPage();
    const faults: string[] = [];
    const outside: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      // The browser logs every refused request.
      if (message.type() === "error" && !message.text().startsWith("Failed to load"))
        faults.push(message.text());
    });
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith("http") && url.origin !== this.server.origin) outside.push(request.url());
    });
    return { page, faults, outside };
  }

  /** Opens a window and signs in at this address. */
  async signedIn(who: Login, path = "/", options: WindowOptions = {}): Promise<Watched> {
    const watched = await this.window(options);
    await watched.page.goto(`${this.server.origin}/admin${path}`);
    await signIn(watched.page, who);
    await watched.page.locator("#content").waitFor();
    return watched;
  }

  /** A client of the API for this login. */
  async as(who: Login): Promise<Client> {
    const { body } = await this.client.post("/api/auth/signin/", LOGINS[who]);
    return this.client.as(body.access);
  }
}

/** Signs a person in on the console's sign-in page and waits for the first page. */
export async function signIn(page: Page, who: Login): Promise<void> {
  await page.locator("#username").fill(LOGINS[who].username);
  await page.locator("#password").fill(LOGINS[who].password);
  await page.keyboard.press("Enter");
}

/** Chooses "Sign out" in the menu of the signed-in person. */
export async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Account" }).click();
  await page.locator(".user-menu").getByRole("button", { name: "Sign out" }).click();
}
