/** The matrix of Find Friend's people: members read profiles, the person and staff change them; requests are between two people. */
import { post, rows, unique } from "../../harness/api.ts";
import {
  members,
  newPerson,
  ownerOnly,
  ownerOrStaff,
  type Person,
  type Row,
  type Statuses,
  type Table,
} from "../world.ts";

const USERS = "/api/v1/users";
const ONE = `${USERS}/:id{\\d+}`;
const FRIENDS = "/api/v1/friends";

const row = (responses: Statuses, ask?: Row["ask"]): Row => (ask ? { responses, ask } : { responses });
/** A path of the owner's own page, or below it. */
const of =
  (path = "", body?: object): Row["ask"] =>
  ({ id }) => ({ path: `${USERS}/${id}/${path}`, ...(body ? { body } : {}) });

const profile = (email: string) => ({ first_name: "Анна", last_name: "Ким", email });
const fresh = () => profile(`${unique("fresh")}@example.com`);

/** The owner lets others know where they are. */
async function located({ id }: Person): Promise<void> {
  await rows(
    `INSERT INTO social_profiles (user_id, is_geoip_allowed, latitude, longitude, located_at) VALUES (?, 1, 55, 37, 1)
     ON CONFLICT DO UPDATE SET is_geoip_allowed = 1, latitude = 55, longitude = 37, located_at = 1`,
    id,
  );
}
const place = { latitude: 54.1, longitude: 37.6 };
const locatedAt =
  (pathOf: (owner: Person) => string, body?: object): Row["ask"] =>
  async (owner) => {
    await located(owner);
    return { path: pathOf(owner), ...(body ? { body } : {}) };
  };

/** A person whom the owner has blocked. */
async function blocked({ id }: Person) {
  const other = await newPerson("stranger");
  await rows("INSERT INTO blocks (user_id, blocked_id, created_at) VALUES (?, ?, 1)", id, other.id);
  return { path: `${USERS}/${other.id}/block/` };
}

const ask = async ({ token }: Person, { id }: Person): Promise<number> =>
  (await post(`${FRIENDS}/`, { to_user: id }, { token })).body.id;
const sentBy = async (owner: Person) => ({
  path: `${FRIENDS}/${await ask(owner, await newPerson("stranger"))}/`,
});
const sentTo = (verb: string) => async (owner: Person) => ({
  path: `${FRIENDS}/${await ask(await newPerson("stranger"), owner)}/${verb}/`,
});

export const social: Table = {
  [`GET ${USERS}`]: row(members(200)),
  [`GET ${USERS}/blacklist`]: row(members(200)),
  [`GET ${USERS}/my_friends`]: row(members(200)),
  [`GET ${USERS}/my_events`]: row(members(200)),
  [`GET ${USERS}/me`]: row(members(200)),
  [`PUT ${USERS}/me`]: row(members(200), () => ({ body: fresh() })),
  [`PATCH ${USERS}/me`]: row(members(200), () => ({ body: { profession: "врач" } })),
  [`DELETE ${USERS}/me`]: row(members(204)),
  [`GET ${ONE}`]: row(members(200), of()),
  [`PUT ${ONE}`]: row(ownerOrStaff(200), ({ id }) => ({ path: `${USERS}/${id}/`, body: fresh() })),
  [`PATCH ${ONE}`]: row(ownerOrStaff(200), of("", { profession: "врач" })),
  [`DELETE ${ONE}`]: row(ownerOrStaff(204), of()),
  // Nobody blocks themselves.
  [`POST ${ONE}/block`]: row([401, 201, 400, 201, 201, 201], of("block/")),
  [`DELETE ${ONE}/block`]: row(ownerOnly(204), blocked),
  [`GET ${ONE}/geolocation`]: row(
    members(200),
    locatedAt(({ id }) => `${USERS}/${id}/geolocation/`),
  ),
  // The owner alone has consented; the others' consent is missing.
  [`GET ${ONE}/distance`]: row(
    ownerOnly(200),
    locatedAt(({ id }) => `${USERS}/${id}/distance/`),
  ),
  [`GET ${USERS}/me/geolocation`]: row(
    ownerOnly(200),
    locatedAt(() => `${USERS}/me/geolocation/`),
  ),
  [`PUT ${USERS}/me/geolocation`]: row(
    [401, 403, 200, 403, 403, 403],
    locatedAt(() => `${USERS}/me/geolocation/`, place),
  ),
  [`POST ${USERS}/me/geolocation`]: row(
    [401, 403, 200, 403, 403, 403],
    locatedAt(() => `${USERS}/me/geolocation/`, place),
  ),
  [`GET ${USERS}/distances`]: row(members(200)),
  [`GET ${FRIENDS}`]: row(members(200)),
  [`POST ${FRIENDS}`]: row(members(201), async () => ({
    body: { to_user: (await newPerson("stranger")).id },
  })),
  [`GET ${FRIENDS}/:id`]: row(ownerOnly(200), sentBy),
  [`DELETE ${FRIENDS}/:id`]: row(ownerOnly(204), sentBy),
  [`POST ${FRIENDS}/:id/accept`]: row(ownerOnly(200), sentTo("accept")),
  [`POST ${FRIENDS}/:id/decline`]: row(ownerOnly(200), sentTo("decline")),
  "GET /api/v1/cities": row(members(200)),
  "GET /api/v1/cities/:id": row(members(200), () => ({ path: "/api/v1/cities/607/" })),
  "GET /api/v1/interests": row(members(200)),
  "GET /api/v1/interests/:id": row(members(200), () => ({ path: "/api/v1/interests/1/" })),
};
