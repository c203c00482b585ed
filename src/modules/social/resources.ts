/** Console resources for profiles, interests, friendships, friend requests and blocks. */

import { sql } from "drizzle-orm";
import { boolean, string } from "../../platform/http/input/fields.ts";
import { text } from "../../platform/http/text.ts";
import { ageFilter } from "../../platform/resources/filters.ts";
import { idInput } from "../../platform/resources/inputs.ts";
import { ALL, field, NOTHING, REMOVE, type Resource, resource } from "../../platform/resources/resource.ts";
import { z } from "../../platform/zod.ts";
import { personWords } from "../identity/index.ts";
import { directoryResources } from "./directory/resources.ts";
import { consentEffects, sharedAccessEffects } from "./friends/shared-access.ts";
import { blocks, friendRequests, friendships, socialProfiles, userInterests } from "./tables.ts";

const person = text("Person", "Пользователь");
const city = text("City", "Город");
const sex = text("Sex", "Пол");
const since = text("Since", "С");

const words = (max: number) => string({ max, blank: true }).optional();
const birthday = sql`(SELECT birthday FROM profiles WHERE user_id = social_profiles.user_id)`;

const profileResource = resource({
  name: "profiles",
  subject: "profile",
  label: text("Profiles", "Анкеты"),
  group: "people",
  table: socialProfiles,
  key: [socialProfiles.userId],
  title: "id",
  fields: {
    user: field.reference("users", socialProfiles.userId, person, { input: idInput(), once: true }),
    sex: field.choice(socialProfiles.sex, sex, { input: z.enum(socialProfiles.sex.enumValues).optional() }),
    city: field.reference("cities", socialProfiles.cityId, city, { input: idInput().nullable().optional() }),
    profession: field.text(socialProfiles.profession, text("Profession", "Профессия"), { input: words(50) }),
    purpose: field.text(socialProfiles.purpose, text("Purpose", "Цель"), { input: words(50) }),
    network_nick: field.text(socialProfiles.networkNick, text("Nickname", "Ник в сети"), {
      input: words(50),
    }),
    additionally: field.text(socialProfiles.additionally, text("Further", "Дополнительно"), {
      list: false,
      input: words(500),
    }),
    is_geoip_allowed: field.boolean(socialProfiles.isGeoipAllowed, text("May be located", "Геолокация"), {
      list: false,
      input: boolean().optional(),
    }),
    place: field.place(socialProfiles.latitude, socialProfiles.longitude, text("Place", "Где"), {
      list: false,
    }),
    located_at: field.instant(socialProfiles.locatedAt, text("Located", "Определено"), { list: false }),
  },
  search: [personWords(sql`social_profiles.user_id`), socialProfiles.networkNick],
  filters: ["user", "sex", "city", ageFilter(birthday)],
  placesOf: "user",
  sort: { field: "id", order: "desc" },
  rights: { operator: NOTHING, staff: ALL },
  // A place is stored only while there is consent.
  consequences: async (_, { before, values }) => ({
    ...(values.is_geoip_allowed === false
      ? { set: { latitude: null, longitude: null, locatedAt: null } }
      : {}),
    effects: before ? consentEffects(Number(before.id), values.is_geoip_allowed) : [],
  }),
  removal: async (_, { id }) => ({ effects: consentEffects(Number(id), false) }),
});

const userInterestResource = resource({
  name: "user-interests",
  subject: "user_interest",
  label: text("People's interests", "Интересы людей"),
  group: "people",
  table: userInterests,
  key: [userInterests.userId, userInterests.interestId],
  title: "id",
  fields: {
    user: field.reference("users", userInterests.userId, person, { input: idInput(), once: true }),
    interest: field.reference("interests", userInterests.interestId, text("Interest", "Интерес"), {
      input: idInput(),
      once: true,
    }),
  },
  search: [personWords(sql`user_interests.user_id`)],
  filters: ["user", "interest"],
  sort: { field: "id", order: "asc" },
  rights: { operator: NOTHING, staff: ["read", "create", "delete"] },
});

const friendshipResource = resource({
  name: "friendships",
  subject: "friendship",
  label: text("Friendships", "Дружба"),
  group: "people",
  table: friendships,
  key: [friendships.lowId, friendships.highId],
  title: "id",
  fields: {
    initiator: field.reference("users", friendships.initiatorId, text("Asked", "Инициатор")),
    friend: field.reference(
      "users",
      sql`iif(friendships.initiator_id = friendships.low_id, friendships.high_id, friendships.low_id)`,
      text("Friend", "Друг"),
    ),
    created_at: field.instant(friendships.createdAt, since),
  },
  search: [personWords(sql`friendships.low_id`), personWords(sql`friendships.high_id`)],
  filters: [
    "initiator",
    "created_at",
    {
      name: "user",
      type: "reference",
      reference: "users",
      label: person,
      parse: idInput(),
      when: (id: number) => sql`${id} IN (${friendships.lowId}, ${friendships.highId})`,
    },
  ],
  sort: { field: "id", order: "desc" },
  rights: { operator: NOTHING, staff: REMOVE },
  removal: async (_, { id }) => {
    const [low = 0, high = 0] = id.split(":").map(Number);
    return { effects: sharedAccessEffects(low, high) };
  },
});

const requestResource = resource({
  name: "friend-requests",
  subject: "friend_request",
  label: text("Friend requests", "Заявки в друзья"),
  group: "people",
  table: friendRequests,
  key: [friendRequests.id],
  title: "status",
  fields: {
    from_user: field.reference("users", friendRequests.fromId, text("From", "От кого")),
    to_user: field.reference("users", friendRequests.toId, text("To", "Кому")),
    status: field.choice(friendRequests.status, text("State", "Состояние")),
    created_at: field.instant(friendRequests.createdAt, text("Made", "Создано")),
    updated_at: field.instant(friendRequests.updatedAt, text("Changed", "Изменено")),
  },
  search: [
    personWords(sql`friend_requests.from_id`),
    personWords(sql`friend_requests.to_id`),
    friendRequests.status,
  ],
  filters: ["status", "from_user", "to_user", "created_at", "updated_at"],
  sort: { field: "id", order: "desc" },
  rights: { operator: NOTHING, staff: REMOVE },
});

const blockResource = resource({
  name: "blocks",
  subject: "block",
  label: text("Blacklist", "Чёрный список"),
  group: "people",
  table: blocks,
  key: [blocks.userId, blocks.blockedId],
  title: "id",
  fields: {
    user: field.reference("users", blocks.userId, person, { input: idInput(), once: true }),
    blocked_user: field.reference("users", blocks.blockedId, text("Blocked", "Заблокирован"), {
      input: idInput(),
      once: true,
    }),
    created_at: field.instant(blocks.createdAt, since),
  },
  search: [personWords(sql`blocks.user_id`), personWords(sql`blocks.blocked_id`)],
  filters: ["user", "blocked_user", "created_at"],
  sort: { field: "id", order: "desc" },
  rights: { operator: NOTHING, staff: ["read", "create", "delete"] },
  consequences: async (_, { values }) => ({
    effects: sharedAccessEffects(Number(values.user), Number(values.blocked_user)),
  }),
});

export const socialResources = [
  profileResource,
  friendshipResource,
  requestResource,
  blockResource,
  userInterestResource,
  ...directoryResources,
];

const profileValue = (column: string) =>
  sql`(SELECT ${sql.raw(column)} FROM social_profiles WHERE user_id = users.id)`;

const theirs = (id: string, target: string, en: string, ru: string) => ({
  resource: id,
  target,
  label: text(en, ru),
});

/** Fields and filters that this module adds to the `users` resource. */
export const personFacts = {
  fields: {
    sex: { ...field.text(profileValue("sex"), sex, { list: false }), options: socialProfiles.sex.enumValues },
    city: field.reference("cities", profileValue("city_id"), city, { list: false }),
    friends_count: field.integer(
      sql`(SELECT count(*) FROM friendships WHERE low_id = users.id OR high_id = users.id)`,
      text("Friends", "Друзей"),
      { list: false },
    ),
  },
  filters: ["city", sexFilter()],
  tabs: [
    theirs("profiles", "user", "Profile", "Анкета"),
    theirs("user-interests", "user", "Interests", "Интересы"),
    theirs("friendships", "user", "Friends", "Друзья"),
    theirs("blocks", "user", "Blacklist", "Чёрный список"),
  ],
} satisfies Partial<Pick<Resource, "fields" | "filters" | "tabs">>;

function sexFilter() {
  const options = socialProfiles.sex.enumValues.filter(Boolean);
  return {
    name: "sex",
    type: "enum" as const,
    label: sex,
    options,
    parse: z.enum(options),
    when: (value: string) => sql`${profileValue("sex")} = ${value}`,
  };
}
