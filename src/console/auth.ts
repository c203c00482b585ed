/** ra-core's auth provider: sign-in by username, phone or e-mail, and the end of a session. */
import type { AuthProvider } from "ra-core";
import { readDeclaration } from "./declaration.tsx";
import { call, session } from "./session.ts";

const signedOut = async () => {
  session.forget();
};

const statusOf = (error: unknown) =>
  typeof error === "object" && error !== null && "status" in error ? error.status : undefined;

export const authProvider: AuthProvider = {
  /** The session is kept only if the account may use the console. */
  async login({ username, password }: { username: string; password: string }) {
    const { key } = await call<{ key: string }>("POST", "/api/auth/login/", { body: { username, password } });
    session.keep(key);
    try {
      await readDeclaration();
    } catch (error) {
      await call("POST", "/api/auth/logout/", { body: {} }).catch(() => {});
      session.forget();
      throw error;
    }
  },
  async logout() {
    if (session.key()) await call("POST", "/api/auth/logout/", { body: {} }).catch(() => {});
    await signedOut();
  },
  async checkAuth() {
    if (!session.key()) throw new Error("ra.auth.auth_check_error");
  },
  async checkError(error) {
    if (statusOf(error) === 401) throw new Error("ra.notification.logged_out");
  },
};
