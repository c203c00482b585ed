/** The client's socket: opened again, kept alive, renewed, given up. */
import { describe, expect, test } from "vitest";
import { backoff, coolDown, renewIn } from "../../client/src/live/timing.ts";
import { settle, welcome, world } from "./world.ts";

const jwt = (claims: object) => `x.${btoa(JSON.stringify(claims))}.y`;

describe("a connection", () => {
  test("A socket opens with the sub-protocol and the token, and is live when it is welcomed.", async () => {
    const here = world();
    const { live } = here;
    const states: string[] = [];
    live.onState((state) => states.push(state));
    live.connect();
    await settle();
    const [socket] = here.sockets;
    expect([socket?.url, socket?.protocols]).toEqual([
      "wss://api.example.com/ws/me/",
      ["caravan.v1", "auth.key"],
    ]);
    expect(live.state).toBe("connecting");
    socket?.hear(welcome());
    expect(states).toEqual(["connecting", "live"]);
  });

  test("A lost socket is opened again from the position of its own room.", async () => {
    const here = world();
    await here.up({ epoch: "m 1", seq: 4 });
    here.socket.end();
    expect(here.live.state).toBe("waiting");
    await here.pass(500);
    expect(here.sockets).toHaveLength(2);
    expect(here.socket.url).toBe("wss://api.example.com/ws/me/?epoch=m%201&since=4");
  });

  test("Pauses between attempts grow, and begin anew once a connection was steady.", async () => {
    const here = world();
    const pauses: number[] = [];
    await here.up();
    for (let round = 0; round < 4; round++) {
      here.socket.end();
      pauses.push(await here.nextSocket());
      here.socket.hear(welcome());
    }
    expect(pauses).toEqual([500, 1000, 2000, 4000]);
    await here.pass(10_000);
    here.socket.end();
    expect(await here.nextSocket()).toBe(500);
  });

  test("While the next attempt is awaited, the length of the pause can be read.", async () => {
    const here = world();
    await here.up();
    expect(here.live.retryIn).toBeNull();
    here.socket.end();
    expect(here.live.retryIn).toBe(500);
    expect(await here.nextSocket()).toBe(500);
    expect(here.live.retryIn).toBeNull();
  });

  test("A handshake that is never answered is given up after fifteen seconds.", async () => {
    const here = world();
    here.live.connect();
    await settle();
    await here.pass(14_999);
    expect(here.live.state).toBe("connecting");
    await here.pass(1);
    expect([here.live.state, here.socket.closedWith]).toEqual(["waiting", 1000]);
  });

  test("Back-off has full jitter from nothing to half a second, doubled up to thirty.", () => {
    expect([0, 1, 2, 6, 30].map((attempt) => backoff(attempt, 1))).toEqual([500, 1000, 2000, 30_000, 30_000]);
    expect(backoff(9, 0)).toBe(0);
    expect(coolDown(0, 0)).toBe(5000);
  });

  test.each([
    [4003, "forbidden"],
    [4004, "not_found"],
  ])("After a close with %i the socket stays closed, and says why.", async (code, why) => {
    const here = world();
    await here.up();
    here.socket.end(code);
    await here.pass(120_000);
    expect([here.live.state, here.live.error?.code, here.sockets.length]).toEqual(["refused", why, 1]);
  });

  test.each([4400, 4429])("After a close with %i at least five seconds pass.", async (code) => {
    const here = world({ random: () => 0 });
    await here.up();
    here.socket.end(code);
    await here.pass(4999);
    expect(here.sockets).toHaveLength(1);
    await here.pass(1);
    expect(here.sockets).toHaveLength(2);
  });

  test("Three closes for bad frames without a good one between them are final.", async () => {
    const here = world();
    await here.up();
    for (let round = 0; round < 2; round++) {
      here.socket.end(4400);
      await here.nextSocket();
      here.socket.hear(welcome());
    }
    here.socket.end(4400);
    expect([here.live.state, here.live.error?.code]).toEqual(["refused", "bad_frame"]);
  });

  test("A closed connection opens no more sockets, leaves no timers, and can be opened again.", async () => {
    const here = world();
    await here.up({ ttl: 100 });
    here.live.room("chat:1").subscribe();
    here.live.close();
    expect([here.live.state, here.socket.closedWith, here.timers.count]).toEqual(["closed", 1000, 0]);
    await here.pass(120_000);
    expect(here.sockets).toHaveLength(1);
    await here.up();
    expect(here.live.state).toBe("live");
  });
});

describe("silence", () => {
  test("Pings go out every twenty-five seconds, and an answered line is kept.", async () => {
    const here = world();
    await here.up();
    for (let round = 0; round < 5; round++) {
      await here.pass(25_000);
      expect(here.socket.of("ping")).toHaveLength(round + 1);
      here.socket.hear({ t: "pong" });
    }
    expect(here.sockets).toHaveLength(1);
  });

  test("A line on which nothing is heard for a minute is given up.", async () => {
    const here = world();
    await here.up();
    await here.pass(25_000);
    here.socket.hear({ t: "pong" });
    await here.pass(59_999);
    expect(here.live.state).toBe("live");
    await here.pass(1);
    expect(here.live.state).toBe("waiting");
  });

  test("Waking while the next attempt is awaited makes it at once.", async () => {
    let wake = () => {};
    const here = world({
      wake: (run) => {
        wake = run;
        return () => {};
      },
    });
    await here.up();
    for (let round = 0; round < 6; round++) {
      here.socket.end();
      await here.pass(60_000);
    }
    here.socket.end();
    const before = here.sockets.length;
    wake();
    await settle();
    expect(here.sockets).toHaveLength(before + 1);
  });

  test("Waking with an open socket gives it up unless it answers within five seconds.", async () => {
    const here = world();
    await here.up();
    here.live.wake();
    here.socket.hear({ t: "pong" });
    await here.pass(5_000);
    expect(here.live.state).toBe("live");
    here.live.wake();
    expect(here.socket.of("ping")).toHaveLength(2);
    await here.pass(5_000);
    expect(here.live.state).toBe("waiting");
  });
});

describe("the token", () => {
  test("The token of an open socket is renewed thirty seconds before it ends, and again by the new one's life.", async () => {
    const tokens = [jwt({ iat: 1000, exp: 1900 }), jwt({ iat: 2000, exp: 2060 })];
    const renewed = [...tokens];
    const here = world({ credentials: { token: () => "first", renew: () => renewed.shift() ?? null } });
    const sent = () => here.socket.of("auth").map(({ token }) => token);
    await here.up({ ttl: 900 });
    await here.passAlive(869_999);
    expect(sent()).toEqual([]);
    await here.passAlive(1);
    expect(sent()).toEqual(tokens.slice(0, 1));
    await here.passAlive(870_000);
    expect(sent()).toEqual(tokens);
    // No third one: the session is over.
    await here.passAlive(48_000);
    expect(here.live.error?.code).toBe("unauthenticated");
    expect(here.sockets).toHaveLength(1);
  });

  test("A life of a token too long for a timer is renewed when the timer's longest is over.", () => {
    expect([renewIn(900), renewIn(60), renewIn(1e9)]).toEqual([870_000, 48_000, 2 ** 31 - 1]);
  });

  test("A close with 4001 asks for a new token before the next attempt.", async () => {
    const here = world({ credentials: { token: () => "old", renew: () => "new" } });
    await here.up();
    here.socket.end(4001);
    await here.pass(500);
    expect(here.socket.protocols).toEqual(["caravan.v1", "auth.new"]);
  });

  test("A handshake that fails asks for a new token, since browsers do not tell why, but at most once a minute.", async () => {
    let renewals = 0;
    const here = world({
      credentials: {
        token: () => "old",
        renew: () => {
          renewals += 1;
          return "new";
        },
      },
    });
    here.live.connect();
    await settle();
    for (let round = 0; round < 6; round++) {
      here.socket.end();
      await here.pass(8_000);
    }
    expect(renewals).toBe(1);
    await here.pass(60_000);
    here.socket.end();
    await here.pass(60_000);
    expect(renewals).toBe(2);
  });

  test("A session that is over refuses the connection until somebody signs in.", async () => {
    let token: string | null = "old";
    const here = world({ credentials: { token: () => token, renew: () => null } });
    await here.up();
    here.socket.end(4001);
    await here.pass(500);
    expect([here.live.state, here.live.error?.code]).toEqual(["refused", "unauthenticated"]);
    token = "other";
    await here.up();
    expect(here.socket.protocols).toContain("auth.other");
  });

  test("A renewal that can't reach the server is tried again, and the session is not given up.", async () => {
    let fails = true;
    const renew = () => {
      if (fails) throw new Error("offline");
      return "new";
    };
    const here = world({ credentials: { token: () => "old", renew } });
    await here.up();
    here.socket.end(4001);
    await here.pass(5_000);
    expect([here.live.state, here.sockets.length]).toEqual(["waiting", 1]);
    fails = false;
    await here.nextSocket();
    expect(here.socket.protocols).toContain("auth.new");
  });

  test("Without a token nothing is opened unless that is allowed.", async () => {
    const credentials = { token: () => null, renew: () => null };
    const signedOut = world({ credentials });
    signedOut.live.connect();
    await settle();
    expect([signedOut.sockets.length, signedOut.live.error?.code]).toEqual([0, "signed_out"]);
    const anonymous = world({ credentials, anonymous: true });
    await anonymous.up();
    expect(anonymous.socket.protocols).toEqual(["caravan.v1"]);
  });
});

test("A burst stays below the server's limit of frames a second, and nothing of it is lost.", async () => {
  const here = world();
  await here.up();
  for (let n = 0; n < 60; n++) here.live.sendFrame({ t: "typing", room: `chat:${n}` });
  expect(here.socket.of("typing").length).toBeLessThanOrEqual(22);
  await here.pass(1000);
  expect(here.socket.of("typing").length).toBeLessThanOrEqual(44);
  await here.pass(1000);
  expect(here.socket.of("typing")).toHaveLength(60);
});
