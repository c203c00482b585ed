/** Path of a Chromium; throws in so many words when there is none. */
export function findBrowser(): string;
