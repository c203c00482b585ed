/** Changes of accounts, profiles and settings, in every app. */
import type { Person } from "../../../authorization/world.ts";
import { unique } from "../../../harness/api.ts";
import { address, type Fields, made, read, type SplitChange } from "./change.ts";

/** The caller's account by one route. */
export const account = (
  path: string,
  fields: () => Fields,
  rest: Partial<SplitChange> = {},
): SplitChange => ({
  make: async () => path,
  fields,
  ...rest,
});

const names = () => ({ first_name: "Анна", last_name: "Ким" });

/** A change of a Find Friend profile by PATCH. */
export const profile = (path: (owner: Person) => string): SplitChange => ({
  make: async (owner) => path(owner),
  fields: () => ({
    ...names(),
    email: address(),
    birthday: "1990-05-17",
    sex: "Ж",
    city: "Тула",
    profession: "врач",
    purpose: "дружба",
    additionally: "да",
    is_geoip_allowed: true,
    interests: [{ name: "Йога" }],
  }),
});

/** A PUT requires names and address; they are sent unchanged, so that only one field changes. */
export const wholeProfile = (path: (owner: Person) => string): SplitChange => {
  const person = { ...names(), email: "" };
  return {
    make: async (owner) => {
      person.email = `${owner.username}@example.com`;
      return path(owner);
    },
    async fields(owner) {
      return { ...(await profile(path).fields(owner)), ...person };
    },
    base: () => ({ ...person }),
  };
};

const PASSWORD = "securepassword123";

/** Rideshare's one name is two columns. */
export const driver = (path: string, seenAt = path): SplitChange =>
  account(path, () => ({ name: "Anna Kim", email: address(), password: PASSWORD }), {
    seen: (_, caller) => read(seenAt, caller),
    shown: ({ password: _, ...rest }) => rest,
    // No other field writes the former password back.
    async derived(_, { username }) {
      await made("/api/token/", { username, password: PASSWORD }, { token: "" });
    },
  });

/** A change of Rideshare's settings. */
export const settings = (path: string): SplitChange =>
  account(path, () => ({ name: "Anna Kim", email: address(), locale: "ru", mail_reminders: false }));

/** New values for username, address and names. */
export const accountNames = () => ({ username: unique("split"), email: address(), ...names() });
