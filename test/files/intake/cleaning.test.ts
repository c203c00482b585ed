/** Files stored before the intake existed: the nightly job removes their metadata, each object once, a limited number a night. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { cleanFiles } from "../../../src/modules/files/index.ts";
import { cleanAvatars } from "../../../src/modules/identity/index.ts";
import { person, rows, unique } from "../../harness/api.ts";
import { type Bytes, joined, jpeg, segment, textBytes, tiff } from "../../harness/pictures/pictures.ts";
import { contextAt, tick, uploader } from "../world.ts";

const SECRET = "51.5074N 0.1278W by Ann";
const EXIF = segment(0xe1, joined(textBytes("Exif\0\0"), tiff({ words: SECRET })));
const DIRTY = jpeg({ data: 100 }, EXIF);
const CLEAN = jpeg({ data: 100 });
const stored = (key: string, bytes: Bytes) =>
  env.BUCKET.put(key, bytes, { httpMetadata: { contentType: "image/jpeg" } });
const bytesOf = async (key: string) => (await env.BUCKET.get(key))?.bytes();

/** Finished files from before the intake, newest last. */
async function oldFiles(count: number): Promise<string[]> {
  const { id } = await uploader();
  const keys = Array.from({ length: count }, () => `shared/cars/${id}/${unique("old")}`);
  await rows(
    `INSERT INTO files (owner_id, purpose, "key", original_name, content_type, size, status, created_at, finished_at)
     SELECT ?, 'car_image', value, 'a.jpg', 'image/jpeg', 9, 'finished', 1, 1 FROM json_each(?)`,
    id,
    JSON.stringify(keys),
  );
  return keys;
}

const cleanAll = async () => {
  while ((await cleanFiles(contextAt())) > 0);
};

describe("by night", () => {
  test("A stored file loses its metadata under the key that it has, and is not looked at again.", async () => {
    await cleanAll();
    const [key = ""] = await oldFiles(1);
    await stored(key, DIRTY);
    expect(await cleanFiles(contextAt())).toBe(1);
    expect(await bytesOf(key)).toEqual(CLEAN);
    expect((await env.BUCKET.head(key))?.httpMetadata?.contentType).toBe("image/jpeg");
    await stored(key, DIRTY);
    expect(await cleanFiles(contextAt())).toBe(0);
    expect(await bytesOf(key)).toEqual(DIRTY);
  });

  test("A file without metadata is not written again; one that breaks off loses what can be reached.", async () => {
    const [whole = "", broken = "", gone = ""] = await oldFiles(3);
    const before = await stored(whole, CLEAN);
    await stored(broken, DIRTY.slice(0, -50) as Bytes);
    await cleanAll();
    expect((await env.BUCKET.head(whole))?.version).toBe(before.version);
    expect(await bytesOf(broken)).toEqual(CLEAN.slice(0, -50));
    expect(await env.BUCKET.head(gone)).toBeNull();
  });

  test("One night looks at two hundred; the next one goes on where it stopped.", async () => {
    await cleanAll();
    await oldFiles(205);
    expect(await cleanFiles(contextAt())).toBe(200);
    expect(await cleanFiles(contextAt())).toBe(5);
    expect(await cleanFiles(contextAt())).toBe(0);
  });

  test("An avatar of old loses its metadata; a new one counts as clean.", async () => {
    const { id } = await person();
    const key = `avatars/${id}/${unique("old")}.jpg`;
    await stored(key, DIRTY);
    await rows(
      "INSERT INTO profiles (user_id, avatar_key) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET avatar_key = ?2",
      id,
      key,
    );
    while ((await cleanAvatars(contextAt())) > 0);
    expect(await bytesOf(key)).toEqual(CLEAN);
    expect(await rows("SELECT cleaned_avatar_key FROM profiles WHERE user_id = ?", id)).toEqual([
      { cleaned_avatar_key: key },
    ]);
    expect(await cleanAvatars(contextAt())).toBe(0);
  });

  test("Both are among the night's jobs.", async () => {
    const [key = ""] = await oldFiles(1);
    await stored(key, DIRTY);
    await tick("17 3 * * *");
    await expect.poll(() => bytesOf(key)).toEqual(CLEAN);
  });
});

test("The look-ups of what is not clean yet use their indexes.", async () => {
  const plans = [
    "SELECT id, key FROM files WHERE status = ?1 AND cleaned_at IS NULL ORDER BY id LIMIT 20",
    "SELECT user_id FROM profiles WHERE avatar_key IS NOT NULL AND avatar_key IS NOT cleaned_avatar_key ORDER BY user_id LIMIT 20",
  ];
  for (const query of plans) {
    const [plan] = await rows<{ detail: string }>(
      `EXPLAIN QUERY PLAN ${query}`,
      ...(query.includes("?1") ? ["finished"] : []),
    );
    expect(plan?.detail).toMatch(/_uncleaned/);
  }
});
