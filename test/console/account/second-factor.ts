/** The console's tests of second factors and API keys, on the server of `sign-in.test.ts`. */
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { codeOf } from "../../identity/factors/authenticator-app.ts";
import { Client } from "../../whole/client.ts";
import { type Stage, signOut } from "../browser.ts";
import { fill, newOperator, password } from "../operators.ts";

/** Confirms the dialog in front with the password or a code. */
async function prove(page: Page, proof: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(/^(Current password|Code of the second factor)$/).fill(proof);
  await dialog.getByRole("button", { name: "Continue" }).click();
}

/** Sets up an authenticator app on the page of one's security. Returns its secret and a recovery code. */
export async function setUpApp(page: Page) {
  await page.getByRole("button", { name: "Set up", exact: true }).click();
  await prove(page, password);
  const secret = ((await page.locator("code.secret").textContent()) ?? "").replaceAll(" ", "");
  await page.getByLabel("Code of the app").fill(codeOf(secret));
  await page.getByRole("button", { name: "Confirm" }).click();
  const code = (await page.getByRole("dialog").locator("li code").first().textContent()) ?? "";
  await page.getByRole("button", { name: "I have stored them" }).click();
  return { secret, code };
}

export function describeSecondFactors(stageOf: () => Stage): void {
  describe("second factors and API keys", () => {
    test("Staff set up an authenticator app in the console, and sign in there with its code from then on.", async () => {
      const stage = stageOf();
      const username = await newOperator(stage);
      const { page, faults } = await stage.window();
      await page.goto(`${stage.server.origin}/admin/security`);
      await fill(page, username);
      const { secret, code } = await setUpApp(page);
      await page.getByText("Unused codes: 10").waitFor();
      await signOut(page);

      await fill(page, username);
      await page.getByLabel("Code of the second factor").fill("000000");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").getByText("wrong or was used").waitFor();
      await page.getByLabel("Code of the second factor").fill(codeOf(secret, 1));
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Overview" }).waitFor();
      await signOut(page);
      await fill(page, username);
      await page.getByLabel("Code of the second factor").fill(code);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Overview" }).waitFor();
      expect(faults).toEqual([]);
    });

    test("Where the settings require a second factor, an operator without one sets one up before anything else.", async () => {
      const stage = stageOf();
      const username = await newOperator(stage);
      const { page } = await stage.window();
      // The setting is one for the whole server: its refusal is played here, and tested in test/identity/factors/staff.test.ts.
      await page.route("**/api/admin/resources/", (route) =>
        route.fulfill({ status: 403, json: { detail: "Set up first.", code: "second_factor_required" } }),
      );
      await page.goto(`${stage.server.origin}/admin/`);
      await fill(page, username);
      await page.getByText("Your role requires a second factor").waitFor();
      expect(await page.locator(".side").count()).toBe(0);
      await setUpApp(page);
      await page.unroute("**/api/admin/resources/");
      await page.getByRole("button", { name: "Open the console" }).click();
      await page.getByRole("heading", { name: "Overview" }).waitFor();
    });

    test("A passkey is added in the console, is the second factor of a sign-in by password, and signs in alone.", async () => {
      const stage = stageOf();
      const username = await newOperator(stage);
      const { page, faults } = await stage.window();
      const devtools = await page.context().newCDPSession(page);
      await devtools.send("WebAuthn.enable");
      await devtools.send("WebAuthn.addVirtualAuthenticator", {
        options: {
          protocol: "ctap2",
          transport: "internal",
          hasResidentKey: true,
          hasUserVerification: true,
          isUserVerified: true,
          automaticPresenceSimulation: true,
        },
      });
      // Passkeys belong to a domain, never to an address.
      await page.goto(`${stage.server.origin.replace("127.0.0.1", "localhost")}/admin/security`);
      await fill(page, username);
      await page.getByRole("button", { name: "Add a passkey" }).click();
      await page.getByLabel("Name").fill("Work laptop");
      await prove(page, password);
      await page.getByRole("button", { name: "I have stored them" }).click();
      await page.getByText("Work laptop").waitFor();
      await signOut(page);

      await fill(page, username);
      await page.getByLabel("Code of the second factor").waitFor();
      await page.getByRole("button", { name: "Use a passkey" }).click();
      await page.getByRole("heading", { name: "Overview" }).waitFor();
      await signOut(page);

      await page.locator("#username").waitFor();
      await page.getByRole("button", { name: "Use a passkey" }).click();
      await page.getByRole("heading", { name: "Overview" }).waitFor();
      expect(faults).toEqual([]);
    });

    test("An API key is created in the console, shown once, used, seen by staff, and revoked.", async () => {
      const stage = stageOf();
      const username = await newOperator(stage);
      const { page, faults } = await stage.window();
      await page.goto(`${stage.server.origin}/admin/security`);
      await fill(page, username);
      await page.getByRole("button", { name: "New API key" }).click();
      await page.getByLabel("Name").fill("Billing");
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByText("Choose at least one scope.").waitFor();
      await page.getByLabel("fleet:read").check();
      await page.getByRole("button", { name: "Continue" }).click();
      await prove(page, password);
      const key = (await page.locator("code.secret").textContent()) ?? "";
      await page.getByRole("button", { name: "Close" }).click();
      const server = new Client(stage.server.origin, key);
      expect((await server.get("/api/v1/tow-trucks/")).status).toBe(200);
      expect((await server.get("/api/v1/orders/list/")).status).toBe(403);
      await page.reload();
      await page.getByText(/fleet:read · until .* · last used/).waitFor();
      expect(await page.content()).not.toContain(key);

      const staff = await stage.signedIn("staff", "/api-keys");
      await staff.page.getByRole("link", { name: "Billing" }).first().waitFor();
      expect(await staff.page.content()).toContain(key.slice(0, 10));

      await page.getByRole("button", { name: "Revoke Billing" }).click();
      await page.getByRole("button", { name: "Revoke", exact: true }).click();
      await expect.poll(() => page.getByText("fleet:read").count()).toBe(0);
      expect((await server.get("/api/v1/tow-trucks/")).status).toBe(401);
      expect(faults).toEqual([]);
    });
  });
}
