/** The playground in a window, and what its tests do with its people. */

import type { Locator, Page } from "playwright-core";
import type { Stage } from "../console/browser.ts";

export type SeatName = "client" | "driver" | "operator";

/** Shows a scene in a page anew, and waits until everybody in it is connected. Who signed in before stays signed in. */
export async function showScene(stage: Stage, page: Page, scene: "chat" | "event" | "truck"): Promise<void> {
  await page.goto("about:blank");
  await page.goto(`${stage.server.origin}/play/#${scene}`);
  await page
    .locator('.seat [data-live="live"]')
    .nth(scene === "truck" ? 2 : 1)
    .waitFor();
}

/** One person's place. */
export const seat = (page: Page, name: SeatName): Locator => page.locator(`[data-seat="${name}"]`);

/** The frames of one person in one line each: `→ say {"room":…}`. */
export async function framesOf(place: Locator): Promise<string[]> {
  return place.locator(".frame-line").evaluateAll((lines) =>
    lines.map((line) =>
      [...line.children]
        .slice(1)
        .map(({ textContent }) => textContent)
        .join(" "),
    ),
  );
}

export async function say(place: Locator, text: string): Promise<void> {
  const field = place.getByRole("textbox", { name: "Message" });
  await field.fill(text);
  await field.press("Enter");
}
