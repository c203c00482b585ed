// `npm run staff -- <email> [--env staging|production]`: gives an account staff rights, or makes one with a password
// that is printed once. Without --env it works on this machine's database.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { hashPassword } from "../src/platform/crypto/scrypt.ts";
import { canonicalEmail } from "../src/platform/email.ts";
import { quiet, requireNode, root, wrangler } from "./setup/environment.mjs";

requireNode();
const [email, ...options] = process.argv.slice(2);
const address = canonicalEmail(email ?? "");
// The address is put into the statements below, so it must not contain a quote, which an address may.
if (address === null || address.includes("'")) {
  console.error("Usage: npm run staff -- <email> [--env staging|production]");
  process.exit(1);
}
const environment = options[0] === "--env" ? options[1] : undefined;
const place = environment
  ? ["--env", environment, "--remote"]
  : ["--local", "--persist-to", process.env.CARAVAN_STATE ?? join(root, ".wrangler/state")];

const known = execute(`SELECT email_verified_at FROM users WHERE email = '${address}'`);
const now = Date.now();
if (environment && known[0]?.email_verified_at === null) {
  // Anybody can register any address: only its confirmed owner may get rights.
  console.error(
    `${address} is not confirmed: its owner has to follow the link of the confirmation mail first.`,
  );
  process.exit(1);
} else if (known.length > 0) {
  execute(`UPDATE users SET is_staff = 1, is_active = 1, updated_at = ${now} WHERE email = '${address}'`);
  console.log(`${address} is staff now.`);
} else {
  const password = randomBytes(12).toString("base64url");
  // The whole address is the username, because nobody can register a username with an @.
  execute(`INSERT INTO users (username, username_key, email, password_hash, user_type, is_staff, is_verified, email_verified_at, created_at, updated_at)
    VALUES ('${address}', '${address}', '${address}', '${hashPassword(password)}', 'OPERATOR', 1, 1, ${now}, ${now}, ${now})`);
  console.log(
    `Created ${address} with the password ${password}\nIt is not shown again: sign in and change it.`,
  );
}

/** Runs one statement and returns its rows. Retries, because a running server may lock the database for a moment. */
function execute(sql, tries = 5) {
  const args = [wrangler, "d1", "execute", "DB", ...place, "--json", "--command", sql];
  const result = spawnSync(process.execPath, args, {
    cwd: root,
    env: { ...quiet, CI: "1" },
    encoding: "utf8",
  });
  if (result.status === 0)
    return JSON.parse(result.stdout.slice(result.stdout.indexOf("[")))[0]?.results ?? [];
  const words = result.stderr + result.stdout;
  if (words.includes("SQLITE_BUSY") && tries > 1) return execute(sql, tries - 1);
  console.error(words);
  process.exit(1);
}
