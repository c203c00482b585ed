// A push to a person whose app is closed: this program plays the browser and its push service, and decrypts what comes.
import assert from "node:assert/strict";
import { createECDH, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import ece from "http_ece";
import { ask, tell, until } from "./kit.mjs";

/** Registers a device of the client, has the operator answer in a new ticket, and receives the push of it. */
export async function aPush(client, operator) {
  const device = await openDevice();
  try {
    const { web } = await ask("GET", "/api/v1/push/services/");
    const subscription = { service: "web", endpoint: device.endpoint, keys: device.keys };
    await ask("POST", "/api/v1/push/subscriptions/", { body: subscription, by: client.by });
    const question = { subject: "Перчатки", description: "Я забыла перчатки в машине." };
    const { id } = await ask("POST", "/api/v1/support/tickets/", { body: question, by: client.by });
    const answer = { body: "Лежат у водителя." };
    await ask("POST", `/api/v1/support/tickets/${id}/messages/`, { body: answer, by: operator.by });

    const { headers, payload } = await until(() => device.received[0]);
    assert.ok(headers.authorization.endsWith(`k=${web.public_key}`));
    assert.equal(headers["content-encoding"], "aes128gcm");
    assert.equal(payload.data.about, `ticket:${id}`);
    assert.ok(payload.body.includes(question.subject));
    await ask("DELETE", "/api/v1/push/subscriptions/", { by: client.by });
    assert.deepEqual(await ask("GET", "/api/v1/push/subscriptions/", { by: client.by }), []);
    tell(
      `A client whose app was closed got the operator's answer as Web Push, encrypted for her device: “${payload.title}”.`,
    );
  } finally {
    device.close();
  }
}

/** A browser's keys and a push service on this machine. */
async function openDevice() {
  const privateKey = createECDH("prime256v1");
  const p256dh = privateKey.generateKeys("base64url");
  const auth = randomBytes(16).toString("base64url");
  const received = [];
  const service = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const options = { version: "aes128gcm", privateKey, authSecret: auth };
    const payload = JSON.parse(ece.decrypt(Buffer.concat(pieces), options));
    received.push({ headers: request.headers, payload });
    response.writeHead(201).end();
  });
  await new Promise((resolve) => service.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${service.address().port}/send`;
  return { endpoint, keys: { p256dh, auth }, received, close: () => service.close() };
}
