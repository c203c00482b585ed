/** A row of every resource whose file the console replaces, and where the apps read that file. */
import { addCar, driver } from "../../dialects/rideshare/posts/cars.ts";
import { createEvent, EVENTS, guest } from "../../events/fixtures.ts";
import { get, person, post } from "../../harness/api.ts";
import { multipart } from "../../harness/forms.ts";
import { photoForm, taskRow } from "../../tracking/fixtures.ts";

export interface RowWithFile {
  readonly id: number | string;
  /** The account that the file belongs to. */
  readonly owner: number;
  /** The file's URL as the app reads it; null without a file. */
  inApp(): Promise<string | null>;
}

/** By `resource.field`. */
export const ROWS: Readonly<Record<string, () => Promise<RowWithFile>>> = {
  async "users.avatar"() {
    const { id, token } = await person();
    return { id, owner: id, inApp: async () => (await get("/api/v1/auth/profile/", { token })).body.avatar };
  },
  async "car-posts.image"() {
    const who = await driver();
    const id = await addCar(who);
    return {
      id,
      owner: who.id,
      inApp: async () => (await get(`/api/v1/carposts/${id}/`, who.with)).body.image ?? null,
    };
  },
  async "events.image"() {
    const host = await guest();
    const id = await createEvent(host);
    return {
      id,
      owner: host.id,
      inApp: async () => (await get(`${EVENTS}${id}/`, host.with)).body.image,
    };
  },
  async "documents.file"() {
    const { id: owner, token } = await person();
    const { id } = (await post("/api/v1/documents/", { name: "Licence" }, { token })).body;
    return {
      id,
      owner,
      inApp: async () => (await get(`/api/v1/documents/${id}/`, { token })).body.file,
    };
  },
  async "task-photos.photo"() {
    const { id: owner, token } = await person();
    const task = await taskRow();
    const made = await post(`/api/tasks/${task}/upload_photo/`, photoForm(), { token });
    const inApp = async () => {
      const tasks = (await get("/api/v1/tasks/", { token })).body as {
        id: number;
        photos: { url: string }[];
      }[];
      return tasks.find(({ id }) => id === task)?.photos[0]?.url ?? null;
    };
    return { id: made.body.id, owner, inApp };
  },
};

/** A form with one file. */
export const formWith = (bytes: Uint8Array<ArrayBuffer> | string, name = "face.png", type = "image/png") =>
  multipart({ file: new File([bytes], name, { type }) });
