/** A file that the API stores together with a resource, without a separate upload. */
import { describe, expect, test } from "vitest";
import { keepFile, purgePendingFiles, storeFile } from "../../src/modules/files/index.ts";
import { runBatch } from "../../src/platform/db/client.ts";
import { rows } from "../harness/api.ts";
import {
  contextAt,
  expectNothingLeft,
  fileOf,
  filesOf,
  HOUR,
  newSubject,
  objectsOf,
  picture,
  uploader,
} from "./world.ts";

const effectsOf = (keys: readonly string[]) =>
  rows<{ address: string; kind: string; status: string; payload: string }>(
    "SELECT address, kind, status, payload FROM outbox WHERE address IN (SELECT value FROM json_each(?)) ORDER BY address",
    JSON.stringify(keys),
  );

describe("a file stored by the API", () => {
  const subjectOf = (ownerId: number, subjectId = newSubject()) =>
    ({ ownerId, purpose: "document", subjectId }) as const;
  const replaceFile = async (...[ctx, ...told]: Parameters<typeof storeFile>) => {
    const stored = await storeFile(ctx, ...told);
    await runBatch(ctx.db, keepFile(ctx, stored));
    return stored;
  };

  test("A file stored by the API is private, finished and the only one of its subject.", async () => {
    const ann = await uploader();
    const subject = subjectOf(ann.id);
    const first = await replaceFile(contextAt(), subject, "file", fileOf(picture(70)));
    const second = await replaceFile(contextAt(), subject, "file", fileOf(picture(80, "image/png"), "a.png"));
    expect(second.key).toMatch(new RegExp(`^private/documents/${ann.id}/`));
    expect(await filesOf(ann)).toMatchObject([
      { id: second.id, status: "finished", size: 80, content_type: "image/png" },
    ]);
    expect(await effectsOf([first.key])).toHaveLength(1);
  });

  test.each([
    ["an HTML page named as a JPEG", fileOf("<html>"), "no_picture"],
    ["an empty file", fileOf(""), "empty"],
    ["one byte too large", fileOf(picture(10_485_761)), "too_large"],
  ])(
    "A file for the API that is %s is refused, leaves no row and no object, and the former file stays.",
    async (_name, file) => {
      const ann = await uploader();
      const subject = subjectOf(ann.id);
      const former = await replaceFile(contextAt(), subject, "file", fileOf(picture()));
      await expect(replaceFile(contextAt(), subject, "scan", file)).rejects.toMatchObject({
        status: 400,
        body: { fields: { scan: [{}] } },
      });
      expect(await filesOf(ann)).toMatchObject([{ id: former.id, status: "finished" }]);
      expect(await objectsOf(ann)).toEqual([former.key]);
    },
  );

  test("A file stored by the API may have exactly ten megabytes.", async () => {
    const ann = await uploader();
    const file = fileOf(picture(10_485_760));
    expect(await replaceFile(contextAt(), subjectOf(ann.id), "file", file)).toMatchObject({
      ownerId: ann.id,
    });
  });

  test("A file stored by the API is shown only once it is kept, and is deleted within the hour otherwise.", async () => {
    const ann = await uploader();
    const stored = await storeFile(contextAt(), subjectOf(ann.id), "file", fileOf(picture()));
    expect(await filesOf(ann)).toMatchObject([{ id: stored.id, status: "pending" }]);
    await purgePendingFiles(contextAt({ now: () => Date.now() + HOUR + 1000 }));
    await expectNothingLeft(ann);
  });
});
