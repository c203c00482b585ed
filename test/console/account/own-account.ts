/** The console's tests of one's own account and of a forgotten password, on the server of `sign-in.test.ts`. */
import { describe, expect, test } from "vitest";
import { codeOf } from "../../identity/factors/authenticator-app.ts";
import type { Stage } from "../browser.ts";
import { fill, newOperator, password } from "../operators.ts";
import { setUpApp } from "./second-factor.ts";

const next = "another passphrase 8";
const last = "yet another passphrase 9";

export function describeOwnAccount(stageOf: () => Stage): void {
  describe("the own account", () => {
    test("An operator changes their profile, language and password, and sees and ends other devices.", async () => {
      const stage = stageOf();
      const username = await newOperator(stage);
      for (let device = 0; device < 2; device++)
        await stage.client.post("/api/auth/signin/", { username, password });
      const { page, faults } = await stage.window();
      await page.goto(`${stage.server.origin}/admin/account`);
      await fill(page, username);
      await page.getByLabel("First name").fill("Olga");
      await page.getByLabel("Time zone").selectOption("Asia/Tokyo");
      await page.getByRole("button", { name: "Save the profile" }).click();
      await page.getByText("Olga", { exact: true }).waitFor();
      // Times are in the chosen zone at once.
      await page.locator(".devices").getByText("GMT+9").first().waitFor();

      await expect.poll(() => page.locator(".devices li").count()).toBe(3);
      await page
        .locator(".devices")
        .getByRole("button", { name: /^Sign out/ })
        .first()
        .click();
      await page.getByRole("dialog").getByRole("button", { name: "Sign out", exact: true }).click();
      await expect.poll(() => page.locator(".devices li").count()).toBe(2);
      await page.getByRole("button", { name: "Sign out all other devices" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Sign out all other devices" }).click();
      await expect.poll(() => page.locator(".devices li").count()).toBe(1);
      await page.locator(".devices").getByText("this device").waitFor();

      const save = page.getByRole("button", { name: "Change the password" });
      await page.getByLabel("Current password").fill("wrong");
      await page.getByLabel("New password", { exact: true }).fill(next);
      await page.getByLabel("The new password again").fill(next);
      await save.click();
      await page.getByRole("alert").first().waitFor();
      await page.getByLabel("Current password").fill(password);
      await save.click();
      await page.getByText("The password is changed").waitFor();

      await page.getByLabel("Of letters to you").selectOption("ru");
      await page.locator(".toast").getByText("Saved").waitFor();
      await page.getByLabel("Of the console, in this browser").selectOption("ru");
      await page.getByRole("heading", { name: "Моя учётная запись" }).waitFor();
      expect(await page.locator("html").getAttribute("lang")).toBe("ru");
      expect(faults).toEqual([]);
    });

    test("Who forgot the password gets a link by mail, and is asked for the second factor all the same.", async () => {
      const stage = stageOf();
      const username = await newOperator(stage);
      const { page, faults } = await stage.window();
      await page.goto(`${stage.server.origin}/admin/security`);
      await fill(page, username);
      const { secret } = await setUpApp(page);
      await page.evaluate(() => localStorage.clear());
      await page.goto(`${stage.server.origin}/admin/`);

      const ask = async (email: string) => {
        await page.getByRole("button", { name: "Forgot your password?" }).click();
        await page.getByLabel("E-mail").fill(email);
        await page.keyboard.press("Enter");
        const said = await page.getByText(/belongs to an account/).textContent();
        await page.getByRole("button", { name: "Back to sign-in" }).click();
        return said?.replace(email, "…");
      };
      const email = `${username}@example.com`;
      expect(await ask(email)).toBe(await ask(`nobody-${username}@example.com`));

      const linkOf = async () =>
        (await stage.client.letters(email))
          .flatMap(({ links }) => links)
          .find((link) => link.includes("/password_reset_confirm/"));
      await expect.poll(linkOf).toBeTruthy();
      await page.goto((await linkOf()) ?? "");
      for (const name of ["new_password1", "new_password2"]) await page.locator(`[name=${name}]`).fill(last);
      await page.getByRole("button", { name: "Save the password" }).click();
      await page.getByRole("link", { name: "Sign in to the staff console" }).click();

      await fill(page, username, last);
      await page.getByLabel("Code of the second factor").fill(codeOf(secret, 1));
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Overview" }).waitFor();
      expect(faults).toEqual([]);
    });
  });
}
