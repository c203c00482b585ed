/** The pure parts of the conversations: saved replies and shortcuts. */
import { describe, expect, test } from "vitest";
import {
  fillReply,
  findReplies,
  insertReply,
  slashAt,
} from "../../../src/console/pages/conversations/composer/replies.ts";
import { commandOf } from "../../../src/console/pages/conversations/keys.ts";

describe("saved replies", () => {
  test("A reply is filled in with the name, the operator and the order; what is missing stays to be seen.", () => {
    const facts = { name: "Anna", operator: "Olga", order: null };
    expect(fillReply("{name}, {operator} here. {order} {other}", facts)).toBe(
      "Anna, Olga here. {order} {other}",
    );
  });

  test.each([
    ["/", 1, { from: 0, query: "" }],
    ["Hi /gre", 7, { from: 3, query: "gre" }],
    ["Hi\n/truck on", 12, { from: 3, query: "truck on" }],
    ["Hi /gre and", 7, { from: 3, query: "gre" }],
    ["and/or", 6, null],
    ["https://a", 9, null],
    ["/a\nb", 4, null],
    ["Hi", 2, null],
  ])("In %j with the caret at %i the query after the slash is %j.", (text, caret, found) => {
    expect(slashAt(text, caret)).toEqual(found);
  });

  test("Replies are found by words of title and text in any case, those with the title first.", () => {
    const replies = [
      { id: 1, title: "Bye", text: "ЗДРАВСТВУЙТЕ" },
      { id: 2, title: "Здравствуйте", text: "Hello" },
      { id: 3, title: "Other", text: "x" },
    ];
    expect(findReplies(replies, "здрав").map(({ id }) => id)).toEqual([2, 1]);
    expect(findReplies(replies, "").map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(findReplies(replies, "здрав hello").map(({ id }) => id)).toEqual([2]);
  });

  test("A picked reply replaces the slash and its query, and the caret is behind it.", () => {
    expect(insertReply("Hi /gr!", { from: 3, query: "gr" }, 6, "Hello")).toEqual({
      text: "Hi Hello!",
      caret: 8,
    });
  });
});

describe("shortcuts", () => {
  const key = (key: string, code: string, more: object = {}) =>
    commandOf({ key, code, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more });

  test("A letter means the same on a Latin and a Russian keyboard, and on a Dvorak one what is written on it.", () => {
    expect([key("j", "KeyJ"), key("о", "KeyJ"), key("r", "KeyO"), key("ё", "Backquote")]).toEqual([
      "next",
      "next",
      "reply",
      null,
    ]);
  });

  test("The slash searches and the question mark helps on both keyboards.", () => {
    expect([key("/", "Slash"), key(".", "Slash"), key("?", "Slash", { shiftKey: true })]).toEqual([
      "search",
      "search",
      "help",
    ]);
    expect([key(",", "Slash", { shiftKey: true }), key("?", "Digit7", { shiftKey: true })]).toEqual([
      "help",
      "help",
    ]);
  });

  test("With Ctrl, Alt or the command key nothing is a shortcut.", () => {
    for (const held of ["ctrlKey", "metaKey", "altKey"])
      expect(key("r", "KeyR", { [held]: true })).toBeNull();
  });
});
