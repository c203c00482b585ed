/** The client's idea of the protocol is the server's. */
import { expect, expectTypeOf, test } from "vitest";
import * as client from "../../client/src/live/frames.ts";
import * as server from "../../src/platform/realtime/socket/frames.ts";
import { LIMITS } from "./world.ts";

/** A client meets servers that are newer, whose errors may have other codes. */
type AnyCode<Frame> = Frame extends { t: "error" } ? Omit<Frame, "code"> & { code: string } : Frame;

test("The client and the server have the same frames, which the types' checker compares.", () => {
  expectTypeOf<client.ClientFrame["t"]>().toEqualTypeOf<server.ClientFrame["t"]>();
  expectTypeOf<client.ClientFrame>().toExtend<server.ClientFrame>();
  expectTypeOf<server.ServerFrame["t"]>().toEqualTypeOf<client.ServerFrame["t"]>();
  expectTypeOf<server.ServerFrame>().toExtend<client.ServerFrame>();
  expectTypeOf<client.ServerFrame>().toExtend<AnyCode<server.ServerFrame>>();
});

test("The client and the server name the same protocol, closes and limits.", () => {
  expect(client.PROTOCOL).toBe(server.PROTOCOL);
  expect(client.CLOSE).toEqual(server.CLOSE);
  expect(LIMITS).toEqual(server.LIMITS);
});

test("What is no frame is ignored.", () => {
  for (const text of ["", "{", "null", "[]", "7", '{"t":1}', undefined])
    expect(client.parseFrame(text)).toBeNull();
});
