/** ra-core's auth provider: sign-in by username, phone or e-mail and a second factor, or by passkey; the end of a session. */
import { type AuthProvider, HttpError } from "ra-core";
import { readDeclaration } from "./declaration.tsx";
import { call, session } from "./session.ts";

const statusOf = (error: unknown) =>
  typeof error === "object" && error !== null && "status" in error ? error.status : undefined;

/** The machine-readable code of a refusal. */
export const codeOf = (error: unknown): unknown =>
  error instanceof HttpError ? error.body?.code : undefined;

/** The refusal of staff who must set up a second factor before they may do anything else. */
export const mustSetUpFactor = (error: unknown): boolean => codeOf(error) === "second_factor_required";

/** `credential`: a passkey's answer, which needs no password. */
export type SignInWith =
  | { readonly username: string; readonly password: string; readonly otp?: string }
  | { readonly credential: unknown };

export const authProvider: AuthProvider = {
  /** The session is kept only if the account may use the console. */
  async login(given: SignInWith) {
    const { key } = await ("credential" in given
      ? call<{ key: string }>("POST", "/api/v1/auth/passkeys/sign-in/", {
          body: { ...given, app: "eurorace" },
        })
      : call<{ key: string }>("POST", "/api/auth/login/", { body: given }));
    try {
      await readDeclaration(undefined, key);
    } catch (error) {
      if (mustSetUpFactor(error)) return session.keep(key);
      await call("POST", "/api/auth/logout/", { body: {}, key }).catch(() => {});
      throw error;
    }
    session.keep(key);
  },
  /** Ends the session on the server, and in every tab of this browser. */
  async logout() {
    if (session.key()) await call("POST", "/api/auth/logout/", { body: {} }).catch(() => {});
    session.forget();
  },
  async checkAuth() {
    if (!session.key()) throw new Error("ra.auth.auth_check_error");
  },
  async checkError(error) {
    if (statusOf(error) === 401) throw new Error("ra.notification.logged_out");
  },
};
