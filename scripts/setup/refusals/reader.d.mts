import type { ReadRefusal, SourceReader } from "../../../src/platform/http/documents/answers.ts";

/** Reads the sources below `root`, whose texts `read` gives, by their paths in it. */
export function refusalReader(root: string, read?: (path: string) => string): SourceReader;
export type { ReadRefusal };
