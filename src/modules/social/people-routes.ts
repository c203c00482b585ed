/** `/api/v1/users/…` as Find Friend knows them: who is there, one's friends, whom one has blocked. */
import { z } from "@hono/zod-openapi";
import { invalid, notFound } from "../../platform/http/errors.ts";
import { fill } from "../../platform/http/messages.ts";
import { envelope, pageQuery, paginate } from "../../platform/http/paging.ts";
import { type Route, reply, route } from "../../platform/http/route.ts";
import { findFriendRegistration, findUser, idParam } from "../identity/index.ts";
import { block, unblock } from "./friendships.ts";
import { messages } from "./messages.ts";
import { friendsOf, listPeople, type Person } from "./people.ts";
import { noteOrigin } from "./places.ts";
import { personWire, profileRoutes } from "./profile-routes.ts";
import { PersonWire, peopleQuery, toPeopleFilter, toPersonWire } from "./schemas.ts";
import { socialProfiles } from "./tables.ts";

const tag = "Find Friend";
const challenge = "Token";
const path = "/api/v1/users";
/** Digits only: what stands there in words is a place of its own. */
const onePath = `${path}/:id{\\d+}`;
const PAGE_SIZE = 6;

const list = route({
  method: "get",
  path,
  tag,
  summary: "Look for people",
  description: "Those who have a profile of this app, without those who have blocked the caller.",
  access: "signedIn",
  challenge,
  query: peopleQuery,
  answers: { 200: envelope(PersonWire) },
  async handle({ scope, caller, query, request }) {
    const filter = toPeopleFilter(query);
    const page = await paginate(
      scope,
      request,
      query,
      PAGE_SIZE,
      async (window) => {
        const found = await listPeople(scope, caller, filter, window);
        if (filter.cityId !== undefined && !found.knowsCity) throw invalid({ city: messages.filterKey });
        if (found.unknownInterest !== null)
          throw invalid({ interests: fill(messages.filterChoice, { value: found.unknownInterest }) });
        return found;
      },
      (person: Person) => toPersonWire(scope, person),
    );
    noteOrigin(scope, caller.userId, request);
    return reply(200, page);
  },
});

const blacklist = route({
  method: "get",
  path: `${path}/blacklist`,
  tag,
  summary: "List whom one has blocked",
  access: "signedIn",
  challenge,
  query: pageQuery,
  answers: { 200: envelope(PersonWire) },
  async handle({ scope, caller, query, request }) {
    const page = await paginate(
      scope,
      request,
      query,
      PAGE_SIZE,
      (window) => listPeople(scope, caller, { blacklist: true }, window),
      (person: Person) => toPersonWire(scope, person),
    );
    return reply(200, page);
  },
});

const myFriends = route({
  method: "get",
  path: `${path}/my_friends`,
  tag,
  summary: "List one's friends",
  access: "signedIn",
  challenge,
  answers: { 200: z.array(PersonWire) },
  async handle({ scope, caller }) {
    const friends = await friendsOf(scope, caller);
    return reply(
      200,
      friends.map((friend) => toPersonWire(scope, friend)),
    );
  },
});

const blockOne = route({
  method: "post",
  path: `${onePath}/block`,
  tag,
  summary: "Block somebody",
  description: "Closes the sockets of the chat with them.",
  access: "signedIn",
  challenge,
  params: idParam,
  answers: { 201: PersonWire },
  async handle({ scope, caller, params }) {
    if (params.id === caller.userId) throw invalid({ non_field_errors: messages.blockSelf });
    if (!(await findUser(scope, params.id))) throw notFound();
    if (!(await block(scope, caller.userId, params.id)))
      throw invalid({ non_field_errors: messages.blockedAlready });
    return reply(201, await personWire(scope, caller, params.id));
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
  answers: { 204: null },
  async handle({ scope, caller, params }) {
    if (!(await unblock(scope, caller.userId, params.id))) throw notFound();
    return reply(204, null);
  },
});

/** Who registers here is a person of this app. */
const register = findFriendRegistration((scope, userId) => [
  scope.db.insert(socialProfiles).values({ userId: userId as never, listedAt: scope.now() }),
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
