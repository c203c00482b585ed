/** Moments in which some people are the only administrators; others are made inactive meanwhile. */
import { rows } from "./api.ts";

/** Runs `work` while nobody else is an administrator who can sign in. */
export async function asOnlyAdministrators<T>(
  people: readonly { readonly id: number }[],
  work: () => Promise<T>,
): Promise<T> {
  const others = await rows<{ id: number }>(
    "SELECT id FROM users WHERE is_staff = 1 AND is_active = 1 AND id NOT IN (SELECT value FROM json_each(?))",
    JSON.stringify(people.map(({ id }) => id)),
  );
  const ids = JSON.stringify(others.map(({ id }) => id));
  const setActive = (isActive: 0 | 1) =>
    rows("UPDATE users SET is_active = ? WHERE id IN (SELECT value FROM json_each(?))", isActive, ids);
  await setActive(0);
  try {
    return await work();
  } finally {
    await setActive(1);
  }
}
