/** Builds the Worker as a deploy does; returns its size in bytes. */
export function build(): { raw: number; gz: number };
