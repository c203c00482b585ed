// `npm run map -- FILE.pmtiles [--remote staging|production]`: puts streets for the console's map into the bucket, the local one
// unless an environment is named, and says what to set.
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bytesToHeader, TileType } from "pmtiles";
import { quiet, requireNode, root, wrangler } from "./setup/environment.mjs";

requireNode();
/** What wrangler can send to the cloud. */
const MAX_REMOTE = 300 * 1024 ** 2;
const BUCKETS = { staging: "caravan-staging", production: "caravan-production" };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { remote: { type: "string" } },
});
const [file] = positionals;
const { remote } = values;
if (!file || positionals.length > 1 || (remote !== undefined && !BUCKETS[remote]))
  fail("Usage: npm run map -- FILE.pmtiles [--remote staging|production]");

const size = statSync(file, { throwIfNoEntry: false })?.size ?? fail(`There is no file ${file}.`);
const header = readHeader();
const name = basename(file).replace(/[^\w.-]/g, "-");
if (!name.endsWith(".pmtiles")) fail("The file's name must end in .pmtiles.");
const key = `private/maps/${name}`;
const degrees = [header.minLon, header.minLat, header.maxLon, header.maxLat].map((value) => value.toFixed(2));
console.log(
  `${name}: ${(size / 1024 ** 2).toFixed(1)} MB, zooms ${header.minZoom} to ${header.maxZoom}, from ${degrees[0]}, ${degrees[1]} to ${degrees[2]}, ${degrees[3]}`,
);
if (remote && size > MAX_REMOTE)
  fail(
    `wrangler sends at most 300 MB. Send it with rclone, to the key ${key} of the bucket ${BUCKETS[remote]}:\n` +
      "https://developers.cloudflare.com/r2/examples/rclone/",
  );

const state = resolve(process.env.CARAVAN_STATE ?? join(root, ".wrangler/state"));
const bucket = remote ? BUCKETS[remote] : "caravan";
const place = remote ? ["--remote", "--env", remote] : ["--local", "--persist-to", state];
const put = ["r2", "object", "put", `${bucket}/${key}`, "--file", resolve(file), ...place];
const type = ["--content-type", "application/vnd.pmtiles"];
const { status, stdout, stderr } = spawnSync(process.execPath, [wrangler, ...put, ...type], {
  cwd: root,
  env: quiet,
  encoding: "utf8",
});
if (status !== 0) fail(`${stdout}${stderr}`);
console.log(
  remote
    ? `It is in the bucket ${bucket}. Set it in wrangler.toml, [env.${remote}.vars], and deploy:\n\n  MAP_PMTILES = "${key}"\n`
    : `It is in the local bucket. Add this line to .dev.vars and start \`npm run dev\` again:\n\n  MAP_PMTILES=${key}\n`,
);

/** The file's header. Ends with a message when the console could not show it. */
function readHeader() {
  const bytes = new Uint8Array(127);
  const handle = openSync(file);
  readSync(handle, bytes);
  closeSync(handle);
  if (Buffer.from(bytes.subarray(0, 7)).toString() !== "PMTiles" || bytes[7] !== 3)
    fail(`${file} is no PMTiles file of version 3.`);
  const found = bytesToHeader(bytes.buffer);
  if (![1, 2].includes(found.tileCompression) || ![1, 2].includes(found.internalCompression))
    fail("Its tiles must be gzipped or not compressed: `pmtiles convert` makes such a file.");
  if (found.tileType < TileType.Mvt || found.tileType > TileType.Avif)
    fail("Its tiles must be vector tiles or pictures.");
  return found;
}

function fail(words) {
  console.error(words);
  process.exit(1);
}
