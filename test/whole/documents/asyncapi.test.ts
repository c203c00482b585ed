/** The AsyncAPI document as AsyncAPI's own parser reads it. */
import { readFile } from "node:fs/promises";
import { Parser } from "@asyncapi/parser";
import { expect, test } from "vitest";

const parser = new Parser();
const built = await readFile("dist/assets/documents/asyncapi.json", "utf8");

/** What the parser finds wrong, and where. That 3.1 exists is no fault: fewer tools read it. */
async function faultsOf(text: string): Promise<string[]> {
  const { diagnostics } = await parser.parse(text);
  return diagnostics
    .filter(({ code }) => code !== "asyncapi-latest-version")
    .map(({ path, message }) => `${path.join("/")}: ${message}`);
}

test("AsyncAPI's parser finds nothing wrong, and reads every channel, operation and message.", async () => {
  expect(await faultsOf(built)).toEqual([]);
  const { document } = await parser.parse(built);
  const { channels, operations } = JSON.parse(built);
  expect(document?.version()).toBe("3.0.0");
  expect(document?.channels().all().length).toBe(Object.keys(channels).length);
  expect(document?.operations().all().length).toBe(Object.keys(operations).length);
  for (const operation of document?.operations().all() ?? [])
    expect(operation.messages().all().length, operation.id()).toBeGreaterThan(0);
});

test("AsyncAPI's parser would find an operation with a message that its channel does not have.", async () => {
  const broken = JSON.parse(built);
  broken.operations["order.follow"].messages[0].$ref = "#/channels/chat/messages/entry.message";
  expect(await faultsOf(JSON.stringify(broken))).toEqual([
    expect.stringMatching(/^operations\/order\.follow\/messages\/0/),
  ]);
});
