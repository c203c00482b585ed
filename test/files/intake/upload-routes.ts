/** Every route that stores a picture: how a file is sent, and where it is served afterwards. */
import { env } from "cloudflare:workers";
import { incomingKey } from "../../../src/platform/storage/store-upload.ts";
import { newPerson } from "../../authorization/world.ts";
import { addCar, driver, edit, editForm, imageOf, REQUIRED } from "../../dialects/rideshare/posts/cars.ts";
import { EVENTS, plan } from "../../events/fixtures.ts";
import { type Answer, call, patch, person, post, rows } from "../../harness/api.ts";
import { multipart } from "../../harness/forms.ts";
import { ME } from "../../social/social.ts";
import { taskRow } from "../../tracking/fixtures.ts";
import { finish, keyOf, sendForm, start, uploader } from "../world.ts";

/** What became of a file: the answer, where the file is served, and whose it is. */
export interface Sent {
  readonly status: number;
  readonly body: unknown;
  readonly url: string | null;
  readonly owner: number;
}

export interface UploadRoute {
  /** Whether it accepts scans, PDF and HEIC. */
  readonly documents?: true;
  /** Whether the stored picture is resized, and turned already. */
  readonly resizes?: true;
  send(file: File): Promise<Sent>;
}

const urlIn = (body: unknown, field: string) => (body as Record<string, string | null>)[field] ?? null;
const sentBy = (owner: number, { status, body }: Answer, field: string): Sent => ({
  status,
  body,
  owner,
  url: status < 300 ? urlIn(body, field) : null,
});

/** Starts an upload, lets `fill` send the file, and finishes it. */
async function uploadedBy(
  file: File,
  announced: boolean,
  fill: (
    upload: Awaited<ReturnType<typeof start>>,
    who: Awaited<ReturnType<typeof uploader>>,
  ) => Promise<Answer | null>,
): Promise<Sent> {
  const who = await uploader();
  const upload = await start(who, {
    fileType: file.type,
    ...(announced && file.size ? { size: file.size } : {}),
  });
  const refused = await fill(upload, who);
  if (refused && refused.status >= 300) return { ...refused, url: null, owner: who.id };
  const url = `http://caravan.test/media/${keyOf(upload)}`;
  try {
    await finish(who, upload.id);
    return { status: 200, body: null, url, owner: who.id };
  } catch (error) {
    const { status, body } = error as Sent;
    return { status, body, url: null, owner: who.id };
  }
}

const DOCUMENTS = "/api/v1/documents/";

export const UPLOAD_ROUTES: Readonly<Record<string, UploadRoute>> = {
  "the form of an upload": {
    send: (file) => uploadedBy(file, false, (upload, who) => sendForm(who, upload, file)),
  },
  "the form of an upload of a known size": {
    send: (file) => uploadedBy(file, true, (upload, who) => sendForm(who, upload, file)),
  },
  "a signed PUT": {
    send: (file) =>
      uploadedBy(file, true, async (upload) => {
        await env.BUCKET.put(incomingKey(keyOf(upload)), await file.bytes());
        return null;
      }),
  },
  "a new car post": {
    async send(file) {
      const who = await driver();
      return sentBy(
        who.id,
        await post("/api/v1/carposts/", multipart({ ...REQUIRED, image: file }), who.with),
        "image",
      );
    },
  },
  "the edit of a car post": {
    async send(file) {
      const who = await driver();
      const id = await addCar(who);
      const { status, body } = await edit(who, id, editForm({}, file));
      const url = status < 300 ? (await imageOf(who, id)).url : null;
      return { status, body, url, owner: who.id };
    },
  },
  "a new event": {
    async send(file) {
      const { id, token } = await person();
      const fields = Object.fromEntries(Object.entries(plan()).map(([name, value]) => [name, String(value)]));
      return sentBy(id, await post(EVENTS, multipart({ ...fields, image: file }), { token }), "image");
    },
  },
  "the change of an event": {
    async send(file) {
      const { id, token } = await person();
      const made = await post(EVENTS, plan(), { token });
      return sentBy(
        id,
        await patch(`${EVENTS}${made.body.id}/`, multipart({ image: file }), { token }),
        "image",
      );
    },
  },
  "a task's photo": {
    async send(file) {
      const { id, token } = await person();
      const path = `/api/tasks/${await taskRow()}/upload_photo/`;
      return sentBy(id, await post(path, multipart({ photo: file }), { token }), "url");
    },
  },
  "a new document": {
    documents: true,
    async send(file) {
      const { id, token } = await person();
      return sentBy(id, await post(DOCUMENTS, multipart({ name: "Licence", file }), { token }), "file");
    },
  },
  "the change of a document": {
    documents: true,
    async send(file) {
      const { id, token } = await person();
      const made = await post(DOCUMENTS, { name: "Licence" }, { token });
      return sentBy(id, await patch(`${DOCUMENTS}${made.body.id}/`, multipart({ file }), { token }), "file");
    },
  },
  "the avatar of Tow Truck": {
    async send(file) {
      const { id, token } = await person();
      return sentBy(
        id,
        await patch("/api/v1/auth/profile/", multipart({ avatar: file }), { token }),
        "avatar",
      );
    },
  },
  "the avatar of Find Friend": {
    resizes: true,
    async send(file) {
      const { id, token } = await person();
      return sentBy(id, await patch(ME, multipart({ avatar: file }), { token }), "avatar");
    },
  },
  "a person's picture in the console": {
    async send(file) {
      const { id } = await person();
      return inConsole("users", "avatar", { id, owner: id }, file);
    },
  },
  "a document in the console": {
    documents: true,
    async send(file) {
      const { id: owner, token } = await person();
      const { id } = (await post(DOCUMENTS, { name: "Licence" }, { token })).body;
      return inConsole("documents", "file", { id, owner }, file);
    },
  },
};

/** A person's row in the console with a field for a file, and an upload by staff. */
const inConsole = async (
  resource: string,
  field: string,
  row: { id: number; owner: number },
  file: File,
): Promise<Sent> => {
  const { token } = await newPerson("staff");
  const answer = await call("PUT", `/api/admin/${resource}/${row.id}/files/${field}/`, {
    body: multipart({ file }),
    token,
    headers: { "if-match": "*" },
  });
  const url = answer.status < 300 ? answer.body[field].url : null;
  return { status: answer.status, body: answer.body, url, owner: row.owner };
};

/** Returns the keys of a person's objects in any folder, and of their finished files. */
export async function leftOf(owner: number): Promise<string[]> {
  const folders = ["shared/cars", "shared/events", "shared/tasks", "private/documents", "avatars"];
  const prefixes = folders.flatMap((folder) => [`${folder}/${owner}/`, `incoming/${folder}/${owner}/`]);
  const lists = await Promise.all(prefixes.map((prefix) => env.BUCKET.list({ prefix })));
  const finished = await rows<{ key: string }>(
    "SELECT key FROM files WHERE owner_id = ? AND status = 'finished'",
    owner,
  );
  return [
    ...lists.flatMap(({ objects }) => objects.map(({ key }) => key)),
    ...finished.map(({ key }) => key),
  ];
}
