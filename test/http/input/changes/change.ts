/** How a PATCH or PUT is tested: what it changes, by whom, and what is read afterwards. */
import type { Person, Role } from "../../../authorization/world.ts";
import { type CallOptions, get, post, unique } from "../../../harness/api.ts";

export type Fields = Record<string, unknown>;

export interface SplitChange {
  /** Whose request it is; by default the owner's. */
  readonly by?: Role;
  /** Creates the thing that is changed and returns its path. */
  make(owner: Person, caller: Person): Promise<string>;
  /** New values of the fields. Each is sent in a request of its own. */
  fields(owner: Person): Fields | Promise<Fields>;
  /** Fields that a PUT requires beside the changed one. */
  base?(): Fields;
  /** The body of the request, if it is not an object of the fields. */
  body?(field: Fields, path: string): unknown;
  readonly headers?: Record<string, string>;
  /** Reads the thing afterwards; by default from its path. */
  readonly seen?: (path: string, caller: Person) => Promise<unknown>;
  /** What is read then; by default the fields. */
  readonly shown?: (fields: Fields) => unknown;
  /** Checks that values derived from the fields agree with them. */
  readonly derived?: (path: string, caller: Person) => Promise<void>;
}

/** `single`: the body has one field, so nothing can be split. `whole`: it replaces everything at once. */
export type Change = SplitChange | "single" | "whole";

/** The last segment of a path. */
export const idIn = (path: string) => path.split("/").findLast((part) => part !== "") ?? "";

/** Reads a path as a person and returns the body. */
export const read = (path: string, { token }: Person, options: CallOptions = {}) =>
  get(path, { token, ...options }).then(({ body }) => body);

/** Creates something by POST and returns the body; throws for a refusal. */
export const made = async (path: string, body: unknown, { token }: Pick<Person, "token">) => {
  const { status, body: answer } = await post(path, body, { token });
  if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
  return answer;
};

/** A new e-mail address. */
export const address = () => `${unique("split")}@example.com`;

/** Throws if a value is not the expected one. */
export function equals(found: unknown, expected: unknown, about: string) {
  if (JSON.stringify(found) !== JSON.stringify(expected))
    throw new Error(`${about}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
}
