declare namespace Cloudflare {
  interface Env {
    TEST_MIGRATIONS: import("cloudflare:test").D1Migration[];
    SIGNING_SECRET: string;
    /** A second database, which tests of growth fill. */
    FILLED: D1Database;
  }
}
