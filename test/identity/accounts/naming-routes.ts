/** Every route that sets an account's e-mail, phone, username or password. */
import { type Answer, call, person, rows, staffMember, unique, uniquePhone } from "../../harness/api.ts";
import { stranger } from "../requests.ts";

export type Chosen = "email" | "phone" | "username" | "password";

/** The chosen values; the route's helper fills in the rest. */
export type Choice = Partial<Record<Chosen, string>>;

export interface Subject {
  readonly id: number;
  readonly token: string;
}

export interface NamingRoute {
  /** `METHOD /path` as `src/app.ts` lists it; the console's is the row of users. */
  readonly route: string;
  readonly takes: readonly Chosen[];
  /** True if the route creates an account instead of changing one. */
  readonly makes: boolean;
  readonly send: (choice: Choice, who: Subject | null) => Promise<Answer>;
}

export const PASSWORD = "securepassword123";

type Body = (choice: Choice) => object;

const headers = () => ({ ...stranger(), "accept-language": "en" });

/** A sign-up; values that are not chosen are new. */
const signUp = (path: string, takes: readonly Chosen[], body: Body): NamingRoute => ({
  route: `POST ${path}`,
  takes,
  makes: true,
  send: (choice) => call("POST", `${path}/`, { body: body(choice), headers: headers() }),
});

const change = (
  method: string,
  path: string,
  takes: readonly Chosen[],
  { at = path, body = (choice) => choice }: { at?: string; body?: Body } = {},
): NamingRoute => ({
  route: `${method} ${path}`,
  takes,
  makes: false,
  send: (choice, who) =>
    call(method, `${at.replace(":id", String(who?.id))}/`, {
      body: body(choice),
      token: who?.token,
      headers: headers(),
    } as never),
});

const named = ({ email = `${unique()}@example.com`, password = PASSWORD }: Choice) => ({ email, password });
/** Find Friend's PUT wants the person's names. */
const whole: Body = (choice) => ({
  first_name: "Анна",
  last_name: "Новак",
  email: `${unique()}@example.com`,
  ...choice,
});

const SIGN_UPS: readonly NamingRoute[] = [
  signUp("/api/auth/signup", ["email", "username", "password"], (choice) => ({
    ...named(choice),
    username: choice.username ?? unique(),
  })),
  signUp("/api/auth/registration", ["email", "username", "password"], (choice) => ({
    username: choice.username ?? unique(),
    email: named(choice).email,
    password1: named(choice).password,
    password2: named(choice).password,
  })),
  signUp("/api/v1/auth/register", ["email", "phone", "password"], (choice) => ({
    ...named(choice),
    phone: choice.phone ?? uniquePhone(),
    password_confirm: named(choice).password,
    user_type: "CLIENT",
  })),
  signUp("/api/v1/users", ["email", "password"], (choice) => ({
    ...named(choice),
    first_name: "Анна",
    last_name: "Новак",
  })),
  signUp("/api/register", ["email", "password"], (choice) => ({ ...named(choice), name: "Anna Nowak" })),
  signUp("/api/auth/register", ["email", "password"], (choice) => ({ ...named(choice), name: "Anna Nowak" })),
];

const CHANGES: readonly NamingRoute[] = [
  change("PUT", "/api/user/:id", ["email", "username"]),
  change("PUT", "/api/auth/user", ["email", "username"]),
  change("PATCH", "/api/auth/user", ["email", "username"]),
  change("PUT", "/api/v1/auth/profile", ["email", "username", "phone"]),
  change("PATCH", "/api/v1/auth/profile", ["email", "username", "phone"]),
  change("PUT", "/api/v1/users/me", ["email"], { body: whole }),
  change("PATCH", "/api/v1/users/me", ["email"]),
  change("PUT", "/api/v1/users/:id{\\d+}", ["email"], { at: "/api/v1/users/:id", body: whole }),
  change("PATCH", "/api/v1/users/:id{\\d+}", ["email"], { at: "/api/v1/users/:id" }),
  change("PUT", "/api/user", ["email", "password"]),
  change("PUT", "/api/user-update", ["email", "password"]),
  change("PUT", "/api/settings", ["email"]),
  change("PUT", "/api/v1/settings", ["email"]),
];

const staff = await staffMember();
const byStaff = (method: string, path: (who: Subject | null) => string, body: Body): NamingRoute => ({
  route: `${method} users of the console`,
  takes: ["email", "phone", "username"],
  makes: method === "POST",
  send: (choice, who) =>
    call(method, path(who), {
      body: body(choice),
      token: staff.token,
      headers: { ...headers(), "if-match": "*" },
    }),
});

const CONSOLE: readonly NamingRoute[] = [
  byStaff(
    "POST",
    () => "/api/admin/users/",
    (choice) => ({ username: unique(), ...choice }),
  ),
  byStaff(
    "PATCH",
    (who) => `/api/admin/users/${who?.id}/`,
    (choice) => choice,
  ),
];

export const NAMING_ROUTES: readonly NamingRoute[] = [...SIGN_UPS, ...CHANGES, ...CONSOLE];

/** Routes that take an identifier without setting one: they look up, verify or reset. */
export const LOOKING_UP = [
  // Finds the client of an order by phone; a new one has that phone and no password (test/admin/orders/callers.test.ts).
  "POST /api/admin/callers/orders",
  "POST /api/v1/auth/login",
  "POST /api/v1/auth/password/reset",
  "POST /api/v1/auth/password/reset/confirm",
  "POST /api/v1/auth/token/login",
  "POST /api/v1/users/set_password",
  "POST /api/v1/users/reset_password",
  "POST /api/v1/users/reset_password/confirm",
  "POST /api/v1/chats/start",
  "POST /api/auth/signin",
  "POST /api/token",
  "POST /api/auth/token",
  "POST /api/auth/login",
  "POST /api/auth/password/reset",
  "POST /api/auth/registration/resend-email",
  "POST /api/login",
];

/** The routes that set this identifier or the password, as rows of a test table. */
export const routesFor = (what: Chosen): [string, NamingRoute][] =>
  NAMING_ROUTES.filter(({ takes }) => takes.includes(what)).map((route) => [route.route, route]);

/** The account that a route changes; null if the route creates one. */
export async function subjectFor(route: NamingRoute): Promise<Subject | null> {
  return route.makes ? null : person();
}

/** Returns the accounts with this address. */
export const withEmail = (email: string) =>
  rows<{ id: number }>("SELECT id FROM users WHERE email = ?", email);
