/** New operators of the console, who sign in on its page. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { unique } from "../whole/client.ts";
import { LOGINS, type Stage } from "./browser.ts";

export const password = "a long passphrase 7";

/** A new operator with an e-mail of the same name at example.com; returns the username. */
export async function newOperator(stage: Stage): Promise<string> {
  const username = unique("operator");
  const made = await stage.client.post("/api/auth/signup/", {
    username,
    email: `${username}@example.com`,
    password,
  });
  const signedIn = await stage.client.post("/api/auth/signin/", { username, password });
  const profile = await stage.client.as(signedIn.body.access).get("/api/v1/auth/profile/");
  const staff = await stage.client.post("/api/auth/signin/", LOGINS.staff);
  const changed = await fetch(`${stage.server.origin}/api/admin/users/${profile.body.id}/`, {
    method: "PATCH",
    headers: {
      authorization: `Bearer ${staff.body.access}`,
      "content-type": "application/json",
      "if-match": "*",
    },
    body: JSON.stringify({ user_type: "OPERATOR" }),
  });
  expect([made.status, changed.status]).toEqual([200, 200]);
  return username;
}

/** Fills the sign-in page. */
export async function fill(page: Page, username: string, secret = password): Promise<void> {
  await page.locator("#username").fill(username);
  await page.locator("#password").fill(secret);
  await page.keyboard.press("Enter");
}
