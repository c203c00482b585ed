/** Registers and signs in people of Find Friend. */
import { type Answer, type CallOptions, outboxOf, post, unique } from "../../harness/api.ts";

export const PASSWORD = "alskdj01";
export const USERS = "/api/v1/users/";
export const LOGIN = "/api/v1/auth/token/login/";
export const LOGOUT = "/api/v1/auth/token/logout/";

/** What the registration form sends; nobody has its address yet. */
export function newPerson(changes: Record<string, string> = {}): Record<string, string> {
  return {
    first_name: "Тестовый",
    last_name: "Юзер",
    email: `${unique("q")}@example.com`,
    password: PASSWORD,
    ...changes,
  };
}

export interface Someone {
  readonly email: string;
  readonly key: string;
}

/** Signs in by address and returns the answer. */
export function signIn(email: string, password = PASSWORD, options: CallOptions = {}): Promise<Answer> {
  return post(LOGIN, { email, password }, options);
}

/** Registers and signs in a person; returns their address and key. */
export async function someone(changes: Record<string, string> = {}): Promise<Someone> {
  const form = newPerson(changes);
  const made = await post(USERS, form);
  if (made.status !== 201) throw new Error(`register: ${made.status} ${JSON.stringify(made.body)}`);
  const { email } = made.body;
  const { status, body } = await signIn(email, form.password);
  if (status !== 200) throw new Error(`sign-in: ${status} ${JSON.stringify(body)}`);
  return { email, key: body.auth_token };
}

/** The code of the newest letter about a reset, or null. */
export async function mailedCode(email: string): Promise<string | null> {
  const letter = (await outboxOf(email)).find(({ codes }) => codes.length > 0);
  return letter?.codes[0] ?? null;
}
