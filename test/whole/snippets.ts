/**
 * Runs the code of a page of the documentation. All `sh` blocks of a page are one shell session, all `js` and `ts` blocks one
 * module (one per `title`), which runs after the session. A `json` or `text` block right after such a block is its output;
 * one with `all-output` is compared with everything that the page prints.
 */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
/** The address that the pages name. */
const DOCUMENTED = /\b(?:127\.0\.0\.1|localhost):8787\b/g;
/** A page has this long. */
const PATIENCE = 30_000;

export interface Snippet {
  readonly language: string;
  /** The rest of the line that opens the block: `title="a.mjs" expect=404 not-run="why"`. */
  readonly meta: string;
  readonly code: string;
  /** Line of the page, from 1. */
  readonly line: number;
}

/** Languages that are run, and those that need no run because they show output or settings. */
const RUN = new Set(["sh", "js", "ts"]);
const SHOWN = new Set(["json", "text", "http", "toml"]);

/** Every fenced block of a page, in order. */
export function snippetsOf(page: string): Snippet[] {
  const found: Snippet[] = [];
  for (const match of page.matchAll(/^([ \t]*)```(\S*)[ \t]*(.*)\n([\s\S]*?)^\1```[ \t]*$/gm)) {
    const [, indent = "", language = "", meta = "", code = ""] = match;
    found.push({
      language,
      meta,
      code: code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
      line: page.slice(0, match.index).split("\n").length,
    });
  }
  return found;
}

export const isRun = ({ language, meta }: Snippet) => RUN.has(language) && !meta.includes("not-run=");

const isOutput = ({ language, meta }: Snippet) =>
  ["json", "text"].includes(language) && !meta.includes("not-output");

/** Why a page's blocks are not as they must be. A block of another language, or one that is not run, says why. */
export function snippetFaults(snippets: readonly Snippet[]): string[] {
  const unexplained = snippets.filter(({ language, meta }) =>
    meta.includes("not-run=")
      ? !/\bnot-run="[^"]{10,}"/.test(meta)
      : !RUN.has(language) && !SHOWN.has(language),
  );
  const faults = unexplained.map(
    ({ line, language }) => `line ${line}: a block of "${language}" is not run and does not say why`,
  );
  return snippets.some(isRun) ? faults : [...faults, "no snippet of the page is run"];
}

/** Runs all snippets of a page against a server. Returns what failed: an exit code, an HTTP error, another output. */
export async function runSnippets(snippets: readonly Snippet[], origin: string): Promise<string[]> {
  const parent = join(ROOT, "dist/snippets");
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, "page-"));
  try {
    const programs = await writePrograms(snippets, origin, folder);
    const faults: string[] = [];
    const printed = new Map<number, Printed>();
    let all = "";
    for (const [command, ...words] of programs) {
      const { code, out, err } = await run(command ?? "", words, folder);
      // What a block began may be printed while later ones of its program run.
      const parts = outputs(out.replaceAll("\r", ""));
      const joined = (from: number) =>
        parts
          .slice(from)
          .map(([, text]) => text)
          .join("\n");
      parts.forEach(([index, own], at) => {
        printed.set(index, { own, since: joined(at) });
      });
      all += joined(0);
      if (code !== 0) faults.push(`${words.at(-1)} ended with ${code}:\n${out}\n${err}`);
      faults.push(...unexpectedStatuses(snippets, err));
    }
    snippets.forEach((snippet, index) => {
      const said = printed.get(index - 1);
      const isAll = snippet.meta.includes("all-output");
      if (!isOutput(snippet) || !(said || isAll)) return;
      const fault = outputFault(snippet, isAll ? { own: all, since: all } : (said as Printed));
      if (fault) faults.push(`line ${snippet.line}: ${fault}`);
    });
    return faults;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a block printed itself, and what its program printed from there to its end. */
interface Printed {
  readonly own: string;
  readonly since: string;
}

/** Begins the output of a block; on the error stream, names the status of a response. */
const MARK = "\u001e";
const STATUS = "\u001d";

async function writePrograms(snippets: readonly Snippet[], origin: string, folder: string) {
  const session = [
    "set -euo pipefail",
    `curl() { command curl -w '%{stderr}${STATUS}%{http_code}\\n' "$@"; }`,
  ];
  const modules = new Map<string, string[]>();
  snippets.forEach((snippet, index) => {
    if (!isRun(snippet)) return;
    const code = snippet.code.replaceAll(DOCUMENTED, new URL(origin).host);
    if (snippet.language === "sh")
      session.push(`printf '${MARK}${index}\\n'; printf '${MARK}${index}\\n' >&2`, code);
    else {
      const name =
        /title="([^"]+)"/.exec(snippet.meta)?.[1] ?? `page.${snippet.language === "ts" ? "mts" : "mjs"}`;
      const parts = modules.get(name) ?? [];
      modules.set(name, parts);
      parts.push(
        `process.stdout.write("${MARK}${index}\\n"); process.stderr.write("${MARK}${index}\\n");`,
        code,
      );
    }
  });
  await writeFile(join(folder, "watch.mjs"), WATCH);
  const programs: string[][] = [];
  if (session.length > 2) {
    await writeFile(join(folder, "page.sh"), session.join("\n"));
    programs.push(["bash", "page.sh"]);
  }
  for (const [name, parts] of modules) {
    await writeFile(join(folder, name), parts.join("\n"));
    programs.push([process.execPath, "--import", "./watch.mjs", name]);
  }
  return programs;
}

/** Prints objects as JSON, and names the status of every response. */
const WATCH = `
const { fetch } = globalThis;
globalThis.fetch = async (...args) => {
  const response = await fetch(...args);
  process.stderr.write("${STATUS}" + response.status + "\\n");
  return response;
};
const { log } = console;
console.log = (...words) => log(...words.map((word) => (typeof word === "object" ? JSON.stringify(word) : word)));
`;

function run(command: string, words: string[], folder: string) {
  const child = spawn(command, words, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const said = { out: "", err: "" };
  child.stdout.on("data", (chunk) => {
    said.out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    said.err += chunk;
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
  return new Promise<{ code: number | string; out: string; err: string }>((resolve) =>
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? String(signal), ...said });
    }),
  );
}

/** What each block printed, by its index. */
function outputs(out: string): [number, string][] {
  return out
    .split(MARK)
    .slice(1)
    .map((part) => [Number.parseInt(part, 10), part.slice(part.indexOf("\n") + 1)]);
}

/** Every response from 400 must be one that its block announces: `expect=404`. */
function unexpectedStatuses(snippets: readonly Snippet[], err: string): string[] {
  return outputs(err).flatMap(([index, text]) => {
    const expected = new Set((/expect=([\d,]+)/.exec(snippets[index]?.meta ?? "")?.[1] ?? "").split(","));
    const seen = [...text.matchAll(new RegExp(`${STATUS}(\\d+)`, "g"))].map(([, status = ""]) => status);
    return [
      ...seen.filter((status) => Number(status) >= 400 && !expected.has(status)),
      ...[...expected].filter((status) => status && !seen.includes(status)).map((status) => `no ${status}`),
    ].map((status) => `line ${snippets[index]?.line}: the server answered ${status}`);
  });
}

/** Compares a documented output with the printed one. `…` stands for anything; more keys and lines may be printed. */
function outputFault({ language, code }: Snippet, { own: printed, since }: Printed): string | null {
  if (language === "text") {
    const lines = since.split("\n");
    const missing = code
      .trimEnd()
      .split("\n")
      .filter((line) => !lines.some((said) => fits(line, said)));
    return missing.length === 0 ? null : `not printed: ${missing.join("\n")}\nbut:\n${since}`;
  }
  const documented: unknown = JSON.parse(code);
  const values = jsonOf(printed);
  if (values.length === 0) return `no JSON was printed, but: ${printed}`;
  const differences = values.map((value) => difference(documented, value, ""));
  return differences.includes(null) ? null : `${differences.at(-1)} in\n${printed}`;
}

/** The whole output as JSON, or each of its lines that is JSON. */
function jsonOf(printed: string): unknown[] {
  return [printed, ...printed.split("\n")].flatMap((text) => {
    try {
      return text.trim() === "" ? [] : [JSON.parse(text)];
    } catch {
      return [];
    }
  });
}

/** Numbers may differ; everything else that is documented is there, and as documented. */
function difference(documented: unknown, actual: unknown, path: string): string | null {
  if (documented === "…") return null;
  if (typeof documented === "number") return typeof actual === "number" ? null : `${path} is no number`;
  if (typeof documented === "string")
    return typeof actual === "string" && fits(documented, actual)
      ? null
      : `${path} is ${JSON.stringify(actual)}, not ${documented}`;
  if (documented === null || typeof documented !== "object")
    return documented === actual ? null : `${path} is ${JSON.stringify(actual)}, not ${documented}`;
  if (actual === null || typeof actual !== "object" || Array.isArray(documented) !== Array.isArray(actual))
    return `${path} has another type`;
  for (const [key, value] of Object.entries(documented)) {
    if (!(key in actual)) return `${path}.${key} is missing`;
    const found = difference(value, (actual as Record<string, unknown>)[key], `${path}.${key}`);
    if (found) return found;
  }
  return null;
}

function fits(pattern: string, text: string): boolean {
  const parts = pattern.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[\\s\\S]*")}$`).test(text);
}
