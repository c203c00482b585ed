// Writes src/modules/identity/passwords/common-passwords.ts: the 3,000 most common passwords that are long enough
// to be accepted otherwise. Source: @zxcvbn-ts/language-common (MIT), ordered by frequency.
import { writeFile } from "node:fs/promises";
import { dictionary } from "@zxcvbn-ts/language-common";

const COUNT = 3000;
const MIN_LENGTH = 8;
const words = dictionary["passwords-common"].filter(
  (word) => word.length >= MIN_LENGTH && /^[\x21-\x7e]+$/.test(word),
);
const lines =
  words
    .slice(0, COUNT)
    .join(" ")
    .match(/.{1,100}(?: |$)/g) ?? [];

const source = `/** The ${COUNT} most common passwords of eight characters and more. Made by scripts/common-passwords.mjs from @zxcvbn-ts/language-common (MIT). */
const WORDS = [
${lines.map((line) => `  ${JSON.stringify(line.trim())},`).join("\n")}
];

export const commonPasswords: ReadonlySet<string> = new Set(WORDS.join(" ").split(" "));
`;
await writeFile(new URL("../src/modules/identity/passwords/common-passwords.ts", import.meta.url), source);
