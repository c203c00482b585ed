/** The matrix of the earnings calculator: everybody has their own rows only, staff included. */
import { post } from "../../harness/api.ts";
import { members, ownerOnly, type Person, type Row, type Table } from "../world.ts";

const takings = { app_income: "100.00" };

async function entryOf(owner: Person): Promise<number> {
  return (await post("/api/v1/calculator/", takings, { token: owner.token })).body.id;
}

/** The REST paths are mounted under both prefixes. */
const rest = (prefix: string): [string, Row][] => [
  [`GET ${prefix}/calculator`, { responses: members(200) }],
  [`GET ${prefix}/calculator/recent`, { responses: members(200) }],
  [`GET ${prefix}/calculator/export.csv`, { responses: members(200) }],
  [`POST ${prefix}/calculator`, { responses: members(201), ask: () => ({ body: takings }) }],
  [
    `PATCH ${prefix}/calculator/:id`,
    {
      responses: ownerOnly(200),
      ask: async (owner) => ({ path: `${prefix}/calculator/${await entryOf(owner)}/`, body: takings }),
    },
  ],
  [
    `DELETE ${prefix}/calculator`,
    { responses: ownerOnly(204), ask: async (owner) => ({ body: { ids: [await entryOf(owner)] } }) },
  ],
  [
    `DELETE ${prefix}/calculator/:id`,
    {
      responses: ownerOnly(204),
      ask: async (owner) => ({ path: `${prefix}/calculator/${await entryOf(owner)}/` }),
    },
  ],
];

export const earnings: Table = {
  ...Object.fromEntries([...rest("/api/v1"), ...rest("/api")]),
  "GET /api/get-calculator-entries": { responses: members(200) },
  "GET /api/get-recent-calculator-entries": { responses: members(200) },
  "POST /api/add-calculator-entry": { responses: members(200), ask: () => ({ body: takings }) },
  "PATCH /api/update-calculator-entry/:id": {
    responses: ownerOnly(200),
    ask: async (owner) => ({ path: `/api/update-calculator-entry/${await entryOf(owner)}`, body: takings }),
  },
  "DELETE /api/delete-calculator-entry/:id": {
    responses: ownerOnly(200),
    ask: async (owner) => ({ path: `/api/delete-calculator-entry/${await entryOf(owner)}` }),
  },
};
