/** `/api/v1/users/…` of Find Friend: people, the caller's friends and blacklist, blocks. */

import { invalid, notFound } from "../../../platform/http/errors.ts";
import { envelope, pageQuery, paginate } from "../../../platform/http/lists/paging.ts";
import { fill } from "../../../platform/http/messages.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import { z } from "../../../platform/zod.ts";
import { findFriendRegistration, findUser, idParam } from "../../identity/index.ts";
import { block, unblock } from "../friends/commands.ts";
import { messages } from "../messages.ts";
import { recordOrigin } from "../places/commands.ts";
import { PersonWire, peopleQuery, toPeopleFilter, toPersonWire } from "../schemas.ts";
import { socialProfiles } from "../tables.ts";
import { friendsOf, listPeople, type Person } from "./queries.ts";
import { personWire, profileRoutes } from "./routes.ts";

const tag = "Find Friend";
const challenge = "Token";
const path = "/api/v1/users";
/** Digits only: named paths are routes of their own. */
const onePath = `${path}/:id{\\d+}`;
const PAGE_SIZE = 6;

const list = route({
  method: "get",
  path,
  tag,
  summary: "List people",
  description: "People with a profile in this app, without those who have blocked the caller.",
  access: "signedIn",
  challenge,
  query: peopleQuery,
  responses: { 200: envelope(PersonWire) },
  async handle({ ctx, caller, query, request }) {
    const filter = toPeopleFilter(query);
    const page = await paginate(
      ctx,
      request,
      query,
      PAGE_SIZE,
      async (window) => {
        const found = await listPeople(ctx, caller, filter, window);
        if (filter.cityId !== undefined && !found.knowsCity) throw invalid({ city: messages.filterKey });
        if (found.unknownInterest !== null)
          throw invalid({ interests: fill(messages.filterChoice, { value: found.unknownInterest }) });
        return found;
      },
      (person: Person) => toPersonWire(ctx, person),
    );
    recordOrigin(ctx, caller.userId, request);
    return respond(200, page);
  },
});

const blacklist = route({
  method: "get",
  path: `${path}/blacklist`,
  tag,
  summary: "List the people you have blocked",
  access: "signedIn",
  challenge,
  query: pageQuery,
  responses: { 200: envelope(PersonWire) },
  async handle({ ctx, caller, query, request }) {
    const page = await paginate(
      ctx,
      request,
      query,
      PAGE_SIZE,
      (window) => listPeople(ctx, caller, { blacklist: true }, window),
      (person: Person) => toPersonWire(ctx, person),
    );
    return respond(200, page);
  },
});

const myFriends = route({
  method: "get",
  path: `${path}/my_friends`,
  tag,
  summary: "List your friends",
  access: "signedIn",
  challenge,
  responses: { 200: z.array(PersonWire) },
  async handle({ ctx, caller }) {
    const friends = await friendsOf(ctx, caller);
    return respond(
      200,
      friends.map((friend) => toPersonWire(ctx, friend)),
    );
  },
});

const blockOne = route({
  method: "post",
  path: `${onePath}/block`,
  tag,
  summary: "Block a person",
  description: "Closes the sockets of the chat with this person.",
  access: "signedIn",
  challenge,
  params: idParam,
  responses: { 201: PersonWire },
  async handle({ ctx, caller, params }) {
    if (params.id === caller.userId) throw invalid({ non_field_errors: messages.blockSelf });
    if (!(await findUser(ctx, params.id))) throw notFound();
    if (!(await block(ctx, caller.userId, params.id)))
      throw invalid({ non_field_errors: messages.blockedAlready });
    return respond(201, await personWire(ctx, caller, params.id));
  },
});

const unblockOne = route({
  method: "delete",
  path: `${onePath}/block`,
  tag,
  summary: "Lift a block",
  access: "signedIn",
  challenge,
  params: idParam,
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    if (!(await unblock(ctx, caller.userId, params.id))) throw notFound();
    return respond(204, null);
  },
});

/** Registering here makes a Find Friend profile. */
const register = findFriendRegistration((ctx, userId) => [
  ctx.db.insert(socialProfiles).values({ userId: userId as never, listedAt: ctx.now() }),
]);

export const peopleRoutes: readonly Route[] = [
  register,
  list,
  blacklist,
  myFriends,
  ...profileRoutes,
  blockOne,
  unblockOne,
];
