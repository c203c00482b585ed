/** Builds the Worker as a deploy does; answers its size in bytes. */
export function build(): { raw: number; gz: number };
