/** Rights that stay when another one ends, and rights that are granted again. */
import { describe, expect, test } from "vitest";
import { USERS } from "../dialects/find-friend/people.ts";
import { call, put, staffMember } from "../harness/api.ts";
import { connectNative } from "../harness/socket.ts";
import { befriend, block, member } from "../social/social.ts";
import { allow, report } from "../tracking/visibility/relations.ts";
import { fellows, friends, watching, within } from "./watchers.ts";

describe("a right that stays", () => {
  test("A friend keeps watching when a shared event is over.", async () => {
    const pair = await fellows(1200);
    await befriend(pair.owner, pair.watcher);
    const [native] = await watching(pair);
    if (!native) throw new Error("no socket");
    expect(await within(native.ended(), 2000)).toBe("late");
    const latitude = await report(pair.owner);
    const entry = await native.socket.next(({ t }) => t === "entry");
    expect(entry.body.points[0]).toMatchObject({ latitude });
  });

  test("A right that replaces one that ends keeps the socket open.", async () => {
    const pair = await fellows(1500);
    const listeners = await watching(pair);
    await befriend(pair.owner, pair.watcher);
    for (const { ended } of listeners) expect(await within(ended(), 2000)).toBe("late");
    const latitude = await report(pair.owner);
    for (const { socket } of listeners.filter((_, index) => index !== 1)) {
      const entry = await socket.next(({ t, kind }) => t === "entry" && kind === "points");
      expect(entry.body.points[0]).toMatchObject({ latitude });
    }
  });

  test("Staff, the owner and other friends keep their access when a friendship ends.", async () => {
    const pair = await friends();
    const other = await member();
    await befriend(pair.owner, other);
    const staff = await staffMember();
    const path = `/ws/users/${pair.owner.id}/location/`;
    const sockets = await Promise.all([
      connectNative(path, staff.token),
      connectNative(path, other.key),
      connectNative("/ws/location/", pair.owner.key),
    ]);
    await block(pair.owner, pair.watcher);
    const latitude = await report(pair.owner);
    for (const socket of sockets) {
      const entry = await socket.next(({ t }) => t === "entry");
      expect(entry.body.points[0]).toMatchObject({ latitude });
    }
  });
});

describe("a right that begins anew", () => {
  test("A right that is granted again opens the socket at once and shows nothing from before.", async () => {
    const pair = await friends();
    const [native] = await watching(pair);
    const early = await report(pair.owner);
    await native?.socket.next(({ t }) => t === "entry");
    await allow(pair.owner, false);
    expect(await native?.ended()).toBe(4003);
    await allow(pair.owner);
    const again = await connectNative(`/ws/users/${pair.owner.id}/location/?since=0`, pair.watcher.key);
    await again.next(({ t }) => t === "welcome");
    const late = await report(pair.owner);
    const first = await again.next(({ t }) => t === "entry");
    const second = await again.next(({ t }) => t === "entry");
    expect([first, second]).toMatchObject([
      { seq: 1, kind: "hidden", by: null, body: {} },
      { seq: 2, kind: "points", body: { points: [{ latitude: late }] } },
    ]);
    expect(JSON.stringify([first, second])).not.toContain(String(early));
  });

  test("A right that is granted again shows only the newer points of a late batch.", async () => {
    const pair = await friends();
    const [native] = await watching(pair);
    const points = [
      { latitude: 1.25, longitude: 1, at: Date.now() - 3600_000 },
      { latitude: 2.5, longitude: 1, at: Date.now() },
    ];
    await call("POST", "/api/v1/location-reports/batch/", { body: { points }, key: pair.owner.key });
    const entry = await native?.socket.next(({ t }) => t === "entry");
    expect(entry.body.points.map(({ latitude }: { latitude: number }) => latitude)).toEqual([2.5]);
    const { status, body } = await call("GET", `/api/v1/location-reports/user-track/${pair.owner.id}/`, {
      key: pair.watcher.key,
    });
    expect(status).toBe(200);
    expect(body.coordinates.map(({ latitude }: { latitude: number }) => latitude)).toEqual([2.5]);
  });
});

test("Find Friend's routes show the profile's place and never a track's.", async () => {
  const [owner, stranger] = await Promise.all([
    member({}, { is_geoip_allowed: true }),
    member({}, { is_geoip_allowed: true }),
  ]);
  for (const { key } of [owner, stranger])
    await put(`${USERS}me/geolocation/`, { latitude: 10, longitude: 10 }, { key });
  await report(owner);
  const place = await call("GET", `${USERS}${owner.id}/geolocation/`, { key: stranger.key });
  expect(place.body).toEqual({ latitude: 10, longitude: 10 });
  const distance = await call("GET", `${USERS}${owner.id}/distance/`, { key: stranger.key });
  expect(distance.body).toEqual({ distance: 0 });
  await block(owner, stranger);
  for (const path of ["geolocation", "distance"])
    expect((await call("GET", `${USERS}${owner.id}/${path}/`, { key: stranger.key })).status).toBe(404);
});
