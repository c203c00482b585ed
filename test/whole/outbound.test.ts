/** Requests to URLs that users gave, against a real server on this machine. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postOutbound } from "../../src/platform/outbound/send.ts";
import type { Settings } from "../../src/platform/runtime.ts";

const settings = { publicOrigin: null, objectStore: null, outboundLoopback: true } as Settings;
const request = { headers: { "Content-Type": "application/json" }, body: '{"a":1}' };

let server: Server;
let origin = "";
const seen: string[] = [];

const pages: Record<string, RequestListener> = {
  "/echo": (request, response) => {
    let body = "";
    request.on("data", (data) => {
      body += data;
    });
    request.on("end", () => response.end(`${request.method} ${request.headers["content-type"]} ${body}`));
  },
  "/away": (_, response) => response.writeHead(302, { Location: `${origin}/secret` }).end("moved"),
  "/secret": (_, response) => response.end("secret"),
  "/later": (_, response) => response.writeHead(503, { "Retry-After": "120" }).end(),
  "/endless": (_, response) => {
    const timer = setInterval(() => response.write("x".repeat(64 * 1024)), 1);
    response.on("close", () => clearInterval(timer));
  },
  "/drip": (_, response) => {
    response.writeHead(200).write("a");
    const timer = setInterval(() => response.write("a"), 50);
    response.on("close", () => clearInterval(timer));
  },
  "/silent": () => undefined,
};

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request.url ?? "");
    pages[request.url ?? ""]?.(request, response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test("A request is a POST with its headers and body, and the answer is returned.", async () => {
  const answer = await postOutbound(settings, `${origin}/echo`, request);
  expect(answer).toMatchObject({ status: 200, error: null, answer: 'POST application/json {"a":1}' });
});

test("A redirect is not followed.", async () => {
  const answer = await postOutbound(settings, `${origin}/away`, request);
  expect(answer).toMatchObject({ status: 302, error: null });
  expect(seen).not.toContain("/secret");
});

test("The time after which the other side wants to be asked again is returned.", async () => {
  const answer = await postOutbound(settings, `${origin}/later`, request);
  expect(answer).toMatchObject({ status: 503, headers: { retryAfter: "120" } });
});

test("Of an endless answer only the beginning is read.", async () => {
  const answer = await postOutbound(settings, `${origin}/endless`, request);
  expect(answer.status).toBe(200);
  expect(answer.answer).toHaveLength(1024);
});

test("An answer that drips ends with the time limit, and its status counts.", async () => {
  const answer = await postOutbound(settings, `${origin}/drip`, { ...request, timeout: 300 });
  expect(answer.status).toBe(200);
  expect(answer.took).toBeLessThan(5000);
});

test("A silent server is given up after the time limit.", async () => {
  const answer = await postOutbound(settings, `${origin}/silent`, { ...request, timeout: 200 });
  expect(answer).toMatchObject({ status: null, error: "timeout" });
});

test("A server that does not exist is unreachable, and a large body is not sent.", async () => {
  const closed = await postOutbound(settings, "http://127.0.0.1:1/", request);
  expect(closed).toMatchObject({ status: null, error: "unreachable" });
  const body = "x".repeat(256 * 1024 + 1);
  expect(await postOutbound(settings, `${origin}/echo`, { ...request, body })).toMatchObject({
    status: null,
    error: "too_large",
  });
});

test("The address is checked at every request: without the development setting nothing is sent.", async () => {
  const before = seen.length;
  const answer = await postOutbound({ ...settings, outboundLoopback: false }, `${origin}/echo`, request);
  expect(answer).toMatchObject({ status: null, error: "scheme" });
  expect(seen).toHaveLength(before);
});
