/** The console's tests of pictures and files, on the server of `sign-in.test.ts`. */
import { describe, expect, test } from "vitest";
import { type Bytes, joined, pngChunk } from "../../harness/pictures/pictures.ts";
import { greyPng } from "../../harness/pictures/real-pictures.ts";
import { unique } from "../../whole/client.ts";
import type { Stage } from "../browser.ts";

/** A picture that browsers show, so large that its upload takes a while. */
async function heavyPng(): Promise<Bytes> {
  const png = await greyPng(400, 300);
  const noise = new Uint8Array(400_000).map((_, index) => 65 + (index % 26));
  return joined(png.slice(0, 33), pngChunk("tEXt", noise), png.slice(33));
}

const upload = (name: string, mimeType: string, bytes: Uint8Array) => ({
  name,
  mimeType,
  buffer: Buffer.from(bytes),
});

export function describeFiles(stageOf: () => Stage): void {
  describe("pictures", () => {
    test("Staff uploads a picture with progress, opens it large, turns to the next, replaces and removes it.", async () => {
      const stage = stageOf();
      const staff = await stage.as("staff");
      const [ann, bob] = [unique("ann"), unique("bob")];
      const idOf = async (username: string): Promise<number> => {
        await stage.client.signUp(username);
        return (await staff.get(`/api/admin/users/?search=${username}`)).body.results[0].id;
      };
      const [id, other] = [await idOf(ann), await idOf(bob)];
      const { page, faults } = await stage.signedIn("staff", `/users/${id}`);
      const input = page.locator(".record-files input[type=file]");
      await page.getByText("No file yet").waitFor();

      const network = await page.context().newCDPSession(page);
      await network.send("Network.enable");
      const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 300_000 };
      await network.send("Network.emulateNetworkConditions", slow);
      await input.setInputFiles(upload("face.png", "image/png", await heavyPng()));
      const progress = page.getByRole("progressbar", { name: "Upload progress" });
      await expect
        .poll(() => progress.evaluate(({ value }: HTMLProgressElement) => value > 0 && value < 1))
        .toBe(true);
      await page.locator(".record-files img").waitFor();
      await network.send("Network.emulateNetworkConditions", { ...slow, uploadThroughput: -1 });
      await page.locator(".record-files .file-facts", { hasText: "PNG" }).waitFor();

      // Another person's picture, so that there is a next one.
      await page.goto(`${stage.server.origin}/admin/users/${other}`);
      await input.setInputFiles(upload("driver.png", "image/png", await greyPng(60, 90)));
      await page.locator(".record-files img").waitFor();
      await page.goto(`${stage.server.origin}/admin/users`);
      const thumbnail = page.getByRole("button", { name: `Open large: ${ann}` });
      await thumbnail.click();
      const box = page.locator("dialog.lightbox");
      await box.getByRole("img", { name: ann }).waitFor();
      // The newest is first: Bob comes before Ann.
      await page.keyboard.press("ArrowLeft");
      await box.getByRole("img", { name: bob }).waitFor();
      await box.getByRole("button", { name: "Next" }).click();
      await box.getByText(ann).waitFor();
      await page.keyboard.press("Escape");
      await box.waitFor({ state: "detached" });
      expect(await thumbnail.evaluate((element) => element === document.activeElement)).toBe(true);

      await page.goto(`${stage.server.origin}/admin/users/${id}`);
      const shown = page.locator(".record-files img");
      const former = await shown.getAttribute("src");
      await input.setInputFiles(upload("page.jpg", "image/jpeg", Buffer.from("<html>no picture</html>")));
      await page.getByRole("dialog").getByText("page.jpg").waitFor();
      await page.getByRole("dialog").getByRole("button", { name: "Replace the file" }).click();
      await page.getByRole("alert").getByText("not an image").waitFor();
      await input.setInputFiles(upload("huge.png", "image/png", new Uint8Array(10_485_761)));
      await page.getByRole("alert").getByText("too large").waitFor();
      expect(await shown.getAttribute("src")).toBe(former);
      await input.setInputFiles(upload("second.png", "image/png", await greyPng(80, 80)));
      await page.getByRole("button", { name: "Keep the present file" }).click();
      await input.setInputFiles(upload("second.png", "image/png", await greyPng(80, 80)));
      await page.getByRole("dialog").getByRole("button", { name: "Replace the file" }).click();
      await expect.poll(() => shown.getAttribute("src")).not.toBe(former);

      await page.getByRole("button", { name: "Remove the file" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Remove the file" }).click();
      await page.getByText("No file yet").waitFor();
      await page.getByRole("tab", { name: "History" }).click();
      await page.getByText("second.png").first().waitFor();
      expect(faults).toEqual([]);
    });
  });
}
