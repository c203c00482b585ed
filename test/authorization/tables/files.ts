/** The matrix of car posts, documents and uploads: posts are for all members, documents and unfinished files for their owner only. */
import { post } from "../../harness/api.ts";
import { CAR_POST as car } from "../../harness/car-post.ts";
import { picture } from "../../harness/pictures/pictures.ts";
import { members, ownerOnly, ownerOrStaff, type Person, type Row, type Table } from "../world.ts";

const paper = { name: "Licence" };
const png = picture(100, "image/png");

const made = async (path: string, body: unknown, { token }: Person) =>
  (await post(path, body, { token })).body;
const carOf = async (owner: Person): Promise<number> => (await made("/api/v1/carposts/", car, owner)).id;
const paperOf = async (owner: Person): Promise<number> => (await made("/api/v1/documents/", paper, owner)).id;

const startOf = async (owner: Person) => ({
  file_name: "car.png",
  file_type: "image/png",
  car_post_id: await carOf(owner),
});

/** An upload of the owner's that waits for its file. */
async function uploadOf(owner: Person): Promise<{ id: number; form: FormData }> {
  const { id, fields } = await made("/api/upload/direct/start", await startOf(owner), owner);
  const form = new FormData();
  for (const [name, value] of Object.entries(fields as Record<string, string>)) form.append(name, value);
  form.append("file", new File([png], "car.png", { type: "image/png" }));
  return { id, form };
}

async function arrivedOf(owner: Person): Promise<number> {
  const { id, form } = await uploadOf(owner);
  await post("/api/upload/direct/form", form, { token: owner.token });
  return id;
}

const at =
  (make: (owner: Person) => Promise<number>, path: string, body?: unknown) => async (owner: Person) => ({
    path: path.replace(":id", String(await make(owner))),
    ...(body === undefined ? {} : { body }),
  });

/** REST paths are mounted under both prefixes. */
const rest = (prefix: string): [string, Row][] => {
  const [posts, papers] = [`${prefix}/carposts`, `${prefix}/documents`];
  return [
    [`GET ${posts}`, { responses: members(200) }],
    [`POST ${posts}`, { responses: members(201), ask: () => ({ body: car }) }],
    [`GET ${posts}/:id`, { responses: members(200), ask: at(carOf, `${posts}/:id/`) }],
    [`PUT ${posts}/:id`, { responses: ownerOrStaff(200), ask: at(carOf, `${posts}/:id/`, car) }],
    [`PATCH ${posts}/:id`, { responses: ownerOrStaff(200), ask: at(carOf, `${posts}/:id/`, { price: "1" }) }],
    [`DELETE ${posts}/:id`, { responses: ownerOrStaff(204), ask: at(carOf, `${posts}/:id/`) }],
    [`GET ${papers}`, { responses: members(200) }],
    [`POST ${papers}`, { responses: members(201), ask: () => ({ body: paper }) }],
    [`GET ${papers}/:id`, { responses: ownerOnly(200), ask: at(paperOf, `${papers}/:id/`) }],
    [`PUT ${papers}/:id`, { responses: ownerOnly(200), ask: at(paperOf, `${papers}/:id/`, paper) }],
    [`PATCH ${papers}/:id`, { responses: ownerOnly(200), ask: at(paperOf, `${papers}/:id/`, paper) }],
    [`DELETE ${papers}/:id`, { responses: ownerOnly(204), ask: at(paperOf, `${papers}/:id/`) }],
  ];
};

export const files: Table = {
  ...Object.fromEntries([...rest("/api/v1"), ...rest("/api")]),
  "GET /api/get-carposts/:page": { responses: members(200), ask: () => ({ path: "/api/get-carposts/1" }) },
  "GET /api/get-user-carposts/:page": {
    responses: members(200),
    ask: () => ({ path: "/api/get-user-carposts/1" }),
  },
  "GET /api/get-carpost/:id": { responses: members(200), ask: at(carOf, "/api/get-carpost/:id") },
  "GET /api/get-image-by-post-id/:id": {
    responses: members(200),
    ask: at(carOf, "/api/get-image-by-post-id/:id"),
  },
  "POST /api/add-carpost": { responses: members(200), ask: () => ({ body: car }) },
  "PUT /api/update-ridepost/:id": {
    responses: ownerOrStaff(200),
    ask: at(carOf, "/api/update-ridepost/:id", { price: "1" }),
  },
  "DELETE /api/delete-ridepost": {
    responses: ownerOrStaff(200),
    ask: async (owner) => ({ body: { car_post_id: await carOf(owner) } }),
  },
  // A file belongs to its uploader: not even staff uploads one for another person.
  "POST /api/upload/direct/start": {
    responses: [401, 403, 200, 403, 403, 403],
    ask: async (owner) => ({ body: await startOf(owner) }),
  },
  "POST /api/upload/direct/form": {
    responses: ownerOnly(204),
    ask: async (owner) => ({ body: (await uploadOf(owner)).form }),
  },
  "POST /api/upload/direct/finish": {
    responses: ownerOnly(200),
    ask: async (owner) => ({ body: { file_id: await arrivedOf(owner) } }),
  },
};
