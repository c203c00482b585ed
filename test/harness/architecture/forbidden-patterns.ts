/** Patterns that the sources may not contain, each with samples that prove that it is found. */
interface ForbiddenPattern {
  readonly what: string;
  readonly pattern: RegExp;
  /** The files that may contain it. */
  readonly except?: readonly string[];
  /** Whether comments are searched too. */
  readonly inComments?: true;
  /** Samples that the pattern must find. */
  readonly samples: readonly string[];
  /** Samples that it must not find. */
  readonly harmless: readonly string[];
}

export const FORBIDDEN_PATTERNS: readonly ForbiddenPattern[] = [
  {
    what: "LIKE in SQL",
    pattern: /\bI?LIKE\b|(?<![\w.])(?:not)?[iI]?[lL]ike\(|\bsql(?:<[^`]*>)?`[^`]*\blike\b/,
    samples: ["WHERE name LIKE ?", "where(like(users.name, term))", "notIlike(a, b)", "sql`a like b`"],
    harmless: ["a format like 20/900", "unlike(person)", "likeness(a, b)", "sql`SELECT likes FROM x`"],
  },
  {
    what: "console outside the log",
    pattern: /\bconsole\s*(?:\.\s*(?:log|info|warn|error|debug|trace|dir|table|assert)\b|\[)/,
    except: ["src/platform/log.ts"],
    samples: ["console.log(1)", "console\n  .error(x)", 'console["warn"](x)'],
    harmless: ['import "./console/index.ts"', "the console is a page", "/console/console.css"],
  },
  {
    what: "any",
    pattern: /[:<|&,(=]\s*any\s*(?=[,;>)\]|&=[{])|\bas any\b|\bany\[\]/,
    samples: [
      "let a: any;",
      "as any)",
      "Map<string, any>",
      "(a: any, b) =>",
      "any[]",
      "<T = any>",
      "x as any",
    ],
    harmless: ["in any of them", "z.any()", "company: Company", 'kind: "any"'],
  },
  {
    what: "a text limit that counts the units of a string",
    pattern: /\bz\s*\.string\(\)\s*\.max\(|\bv\.string\(\),[^[\]{}]*?\bv\.maxLength\(/,
    samples: [
      "z.string().max(20)",
      "z\n    .string()\n    .max(20)",
      "v.pipe(v.string(), v.trim(), v.maxLength(9))",
    ],
    harmless: [
      "limited(20)",
      "string({ max: 20 })",
      "v.pipe(v.array(PointFrame), v.maxLength(9))",
      "z.array(z.string()).max(9)",
    ],
  },
  {
    what: "CSV written by hand",
    pattern: /text\/csv/,
    // The others name the type in the API documents.
    except: [
      "src/platform/csv.ts",
      "src/modules/admin/documentation.ts",
      "src/modules/earnings/documentation.ts",
    ],
    samples: ['"Content-Type": "text/csv; charset=utf-8"'],
    harmless: ['csvResponse("earnings", lines)'],
  },
  {
    what: "a cache that is not the platform's",
    pattern: /^(?:export )?const \w+ = new Map</m,
    except: ["src/console/formats.ts"],
    samples: ["const seen = new Map<string, number>();"],
    harmless: ["  const merged = new Map<string, number>();", "const seen = new TtlCache<string, number>({"],
  },
  {
    what: "the whole of zod",
    pattern: /from "(?:zod|zod\/[^"]+|@hono\/zod-openapi)"/,
    except: ["src/platform/zod.ts", "src/platform/zod-parts.ts", "src/platform/zod-lazy.ts"],
    samples: ['import { z } from "zod";', 'import * as z from "zod/mini";', 'from "@hono/zod-openapi"'],
    harmless: ['import { z } from "../../platform/zod.ts";', 'from "@asteasolutions/zod-to-openapi"'],
  },
  {
    what: "a deletion of users that does not ask for the last administrator",
    pattern: /\bdelete\(users\)|\bDELETE\s+FROM\s+(?:["`]|\$\{)?users\b/i,
    except: ["src/modules/identity/accounts/commands.ts"],
    samples: [
      "ctx.db.delete(users).where(x)",
      "DELETE FROM users WHERE id = 1",
      'delete from "users"',
      `DELETE FROM \${users}`,
    ],
    harmless: ["ctx.db.delete(usersSeen)", "DELETE FROM user_blocks WHERE id = 1"],
  },
  {
    what: "a check that was switched off",
    pattern: /@ts-(?:ignore|expect-error|nocheck)/,
    inComments: true,
    samples: ["// @ts-ignore", "/* @ts-nocheck */"],
    harmless: ["ignored"],
  },
];
