// A webhook: a receiver on this machine is told of an event, checks the signature, fails once, and gets it again.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";
import { ask, call, chapter, stamp, tell, until } from "./kit.mjs";

const ENDPOINTS = "/api/v1/webhooks/endpoints/";

export async function aWebhook() {
  chapter("A webhook");
  const arrivals = [];
  const receiver = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    arrivals.push({ headers: request.headers, body });
    response.writeHead(arrivals.length === 1 ? 500 : 204).end();
  });
  await new Promise((listening) => receiver.listen(0, "127.0.0.1", listening));
  const sample = { username: "admin", password: "caravan-admin-1" };
  const by = `Token ${(await ask("POST", "/api/auth/login/", { body: sample })).key}`;

  const url = `http://127.0.0.1:${receiver.address().port}/in`;
  const types = ["event.created", "event.deleted"];
  const endpoint = await ask("POST", ENDPOINTS, { body: { url, types }, by });
  const path = `${ENDPOINTS}${endpoint.id}/`;
  const inside = { url: "https://10.0.0.1/in", types };
  assert.equal((await call("POST", ENDPOINTS, { body: inside, by })).status, 400);
  tell("Added a receiver on this machine, for development; an address of a private network was refused.");

  const start = Date.now() + 24 * 3600_000;
  const event = {
    name: `Told ride ${stamp}`,
    starting_time: new Date(start).toISOString(),
    end_time: new Date(start + 3600_000).toISOString(),
    location: "Old bridge",
  };
  const { id } = await ask("POST", "/api/events/", { body: event, by });
  await ask("DELETE", `/api/event/${id}/`, { by });
  await until(() => arrivals.length === 3);
  const told = arrivals.map(({ headers, body }) => new Webhook(endpoint.secret).verify(body, headers));
  assert.deepEqual(
    told.map(({ type }) => type),
    ["event.created", "event.created", "event.deleted"],
  );
  assert.equal(arrivals[0].headers["webhook-id"], arrivals[1].headers["webhook-id"]);
  tell(
    "It failed once and got the event again, under the same id; what came later waited. Signatures are right.",
  );

  const { secret } = await ask("POST", `${path}rotate/`, { by });
  await ask("POST", `${path}test/`, { by });
  await until(() => arrivals.length === 4);
  const { headers, body } = arrivals[3];
  for (const each of [endpoint.secret, secret]) new Webhook(each).verify(body, headers);
  tell("Made a new secret: for a day both sign.");

  const { results } = await ask("GET", `${path}deliveries/`, { by });
  const first = results.at(-1);
  assert.deepEqual(
    first.attempts.map(({ status }) => status),
    [500, 204],
  );
  await ask("POST", `/api/v1/webhooks/deliveries/${first.id}/replay/`, { by });
  await until(() => arrivals.length === 5);
  assert.equal(arrivals[4].headers["webhook-id"], first.message_id);
  tell("Read the log, with both answers, and had the first event sent once more.");

  await ask("DELETE", path, { by });
  receiver.close();
}
