/**
 * A push from the act to the screen: the server sends it to a push service on this machine, an independent library decrypts it
 * with the browser's keys, and a real browser's service worker shows it. No push service can be reached here, so the last
 * step is the DevTools protocol's.
 */
import { createECDH, randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import ece from "http_ece";
import type { CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Stage } from "./browser.ts";

let stage: Stage;
let service: Server;
let origin: string;
/** What the push service received, decrypted. */
const received: string[] = [];
const keys = createECDH("prime256v1");
const p256dh = keys.generateKeys("base64url");
const auth = randomBytes(16).toString("base64url");

beforeAll(async () => {
  service = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const options = { version: "aes128gcm", privateKey: keys, authSecret: auth } as const;
    received.push(ece.decrypt(Buffer.concat(pieces), options).toString());
    response.writeHead(201).end();
  });
  await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  stage = await Stage.open();
});
afterAll(async () => {
  service?.close();
  await stage?.close();
});

/** Registers the worker as an app does; returns the registration's id for the DevTools protocol. */
async function worker(page: Page): Promise<{ devtools: CDPSession; registrationId: string }> {
  const devtools = await page.context().newCDPSession(page);
  const registered = new Promise<string>((resolve) => {
    devtools.on("ServiceWorker.workerVersionUpdated", ({ versions }) => {
      const active = versions.find(({ status }) => status === "activated");
      if (active) resolve(active.registrationId);
    });
  });
  await devtools.send("ServiceWorker.enable");
  await page.evaluate(() => navigator.serviceWorker.register("/static/push-worker.js"));
  return { devtools, registrationId: await registered };
}

/** What is on the screen. */
const shown = (page: Page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration("/static/");
    const all = (await registration?.getNotifications()) ?? [];
    return all.map(({ title, body, tag, data }) => ({ title, body, tag, kind: data.kind }));
  });

const until = async (condition: () => Promise<boolean>) => {
  const end = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error("it did not happen");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

test("What the server sends is shown by a browser's service worker, and a newer text replaces an older one.", async () => {
  const [ann, operator] = await Promise.all([stage.as("client"), stage.as("operator")]);
  const device = { service: "web", endpoint: `${origin}/send/1`, keys: { p256dh, auth } };
  expect((await ann.post("/api/v1/push/subscriptions/", device)).status).toBe(201);
  const ticket = await ann.post("/api/v1/support/tickets/", { subject: "Lost key", description: "Help." });
  const answer = (body: string) =>
    operator.post(`/api/v1/support/tickets/${ticket.body.id}/messages/`, { body });
  await answer("It is here.");
  await until(async () => received.length === 1);

  const { page, faults } = await stage.window();
  await page.context().grantPermissions(["notifications"], { origin: stage.server.origin });
  await page.goto(`${stage.server.origin}/static/favicon.svg`);
  const { devtools, registrationId } = await worker(page);
  const deliver = (data: string) =>
    devtools.send("ServiceWorker.deliverPushMessage", { origin: stage.server.origin, registrationId, data });
  await deliver(received[0] ?? "");
  await until(async () => (await shown(page)).length === 1);
  expect(await shown(page)).toMatchObject([
    { kind: "tickets", tag: `tickets:ticket:${ticket.body.id}`, body: expect.stringContaining("Lost key") },
  ]);

  await answer("And your bag, too.");
  await until(async () => received.length === 2);
  await deliver(received[1] ?? "");
  const offer = { title: "New order", body: "Answer", tag: "offers:order:1" };
  const expired = { kind: "offers", expires_at: new Date(Date.now() + 1000).toISOString() };
  await deliver(JSON.stringify({ ...offer, data: expired }));
  await until(async () => (await shown(page)).length === 2);
  // The offer goes when its time is over; both answers are one.
  await until(async () => (await shown(page)).length === 1);
  expect((await shown(page)).map(({ kind }) => kind)).toEqual(["tickets"]);
  expect(faults).toEqual([]);
});
