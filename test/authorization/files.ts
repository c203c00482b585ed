/** The matrix of uploads: the form's door wants a session; that it also wants the session of who started is tested where uploads are. */
import { members, type Table } from "./world.ts";

function unsigned(): FormData {
  const form = new FormData();
  form.append("key", "files/nobody");
  form.append("file", new File(["x"], "x.png", { type: "image/png" }));
  return form;
}

export const files: Table = {
  "POST /api/upload/direct/form": { answers: members(403), ask: () => ({ body: unsigned() }) },
};
