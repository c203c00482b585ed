/** The playground in a window, and what its tests do with its people. */

import type { Locator, Page } from "playwright-core";
import type { Stage, Watched, WindowOptions } from "../console/browser.ts";

export type SeatName = "client" | "driver" | "operator";

/** Opens the playground at a scene and waits until everybody in it is connected. */
export async function openScene(
  stage: Stage,
  scene: "chat" | "event" | "truck",
  options: WindowOptions = {},
): Promise<Watched> {
  const watched = await stage.window(options);
  await watched.page.goto(`${stage.server.origin}/play/#${scene}`);
  const connected = watched.page.locator('.seat [data-live="live"]');
  await connected.nth(scene === "truck" ? 2 : 1).waitFor();
  return watched;
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
