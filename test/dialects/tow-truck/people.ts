/** Registers and signs in clients and drivers of the Tow Truck app. */
import type { Answer, CallOptions } from "../../harness/api.ts";
import { outboxOf, post, unique, uniquePhone } from "../../harness/api.ts";

export const PASSWORD = "a quiet harbour";

export interface Registered {
  readonly id: number;
  readonly phone: string;
  readonly email: string;
  readonly access: string;
  readonly refresh: string;
  // biome-ignore lint/suspicious/noExplicitAny: the answer's own shape is what tests look at.
  readonly user: any;
}

/** The app's registration form, with an unused phone. */
export function newClient(changes: Record<string, string> = {}): Record<string, string> {
  return {
    phone: uniquePhone(),
    password: PASSWORD,
    password_confirm: PASSWORD,
    user_type: "CLIENT",
    email: "",
    first_name: "",
    last_name: "",
    ...changes,
  };
}

/** Registers a person and returns the account with its tokens. */
export async function registered(changes: Record<string, string> = {}): Promise<Registered> {
  const email = `${unique()}@example.com`;
  const form = newClient({ email, ...changes });
  const { status, body } = await post("/api/v1/auth/register/", form);
  if (status !== 201) throw new Error(`register: ${status} ${JSON.stringify(body)}`);
  const { user, access, refresh } = body;
  return { id: user.id, phone: user.phone, email: user.email, user, access, refresh };
}

/** Signs in. */
export function login(phone: string, password = PASSWORD, options: CallOptions = {}): Promise<Answer> {
  return post("/api/v1/auth/login/", { phone, password }, options);
}

/** The claims of an access token, unverified. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(
    new TextDecoder().decode(Uint8Array.fromBase64(token.split(".")[1] ?? "", { alphabet: "base64url" })),
  );
}

/** The code that was last sent to a phone. */
export async function codeFor(phone: string): Promise<string> {
  const [letter] = await outboxOf(phone);
  if (!letter?.codes[0]) throw new Error(`no code was sent to ${phone}`);
  return letter.codes[0];
}

/** Six digits that are not the code. */
export const otherThan = (code: string) => String(100_000 + ((Number(code) - 100_000 + 1) % 900_000));
