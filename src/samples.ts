/** Sample data for development. Idempotent. */
import { eq } from "drizzle-orm";
import { startChat } from "./modules/chat/index.ts";
import { loadFleet, loadSampleOrder } from "./modules/dispatch/index.ts";
import { BLANK, createEvents, type EventPolicy } from "./modules/events/index.ts";
import { loadSampleAccount, type SampleLogin, users } from "./modules/identity/index.ts";
import { changeProfile, sendRequest } from "./modules/social/index.ts";
import { openTicket } from "./modules/support/index.ts";
import { addTask } from "./modules/tracking/index.ts";
import type { Caller } from "./platform/http/caller.ts";
import type { RequestContext } from "./platform/runtime.ts";

export const SAMPLE_LOGINS = [
  {
    username: "client1",
    phone: "+79001234567",
    email: "client1@example.com",
    password: "password123",
    name: ["Ирина", "Клиентова"],
    userType: "CLIENT",
    isStaff: false,
  },
  {
    username: "driver1",
    phone: "+79001234568",
    email: "driver1@example.com",
    password: "password123",
    name: ["Владимир", "Водитель"],
    userType: "DRIVER",
    isStaff: false,
  },
  {
    username: "operator1",
    phone: "+79001234569",
    email: "operator1@example.com",
    password: "password123",
    name: ["Ольга", "Операторова"],
    userType: "OPERATOR",
    isStaff: false,
  },
  {
    username: "admin",
    phone: null,
    email: "admin@example.com",
    password: "caravan-admin-1",
    name: ["Ada", "Admin"],
    userType: "OPERATOR",
    isStaff: true,
  },
] as const satisfies readonly SampleLogin[];

/** Creates what is missing; returns what it created. */
export async function loadSamples(ctx: RequestContext): Promise<string[]> {
  const made: string[] = [];
  for (const login of SAMPLE_LOGINS) if (await loadSampleAccount(ctx, login)) made.push(login.username);
  const isNew = made.includes("client1");
  made.push(...(await loadFleet(ctx)), await loadSampleOrder(ctx));
  if (isNew) made.push(...(await makeSampleActivity(ctx)));
  return made.filter(Boolean);
}

/** Sample activity, made with the services that the routes use. */
async function makeSampleActivity(ctx: RequestContext): Promise<string[]> {
  const [client, driver, staff] = await Promise.all([
    callerOf(ctx, "client1"),
    callerOf(ctx, "driver1"),
    callerOf(ctx, "admin"),
  ]);
  const event = await makeEvent(ctx, client);
  const city = "Москва";
  await changeProfile(ctx, client, client.userId, {
    city,
    birthday: "1994-05-17",
    interests: [{ name: "Велоспорт" }],
    purpose: "Ищу компанию для прогулок",
  });
  await changeProfile(ctx, driver, driver.userId, { city, birthday: "1989-11-02", profession: "Водитель" });
  // Mutual requests become a friendship.
  await sendRequest(ctx, client.userId, driver.userId);
  await sendRequest(ctx, driver.userId, client.userId);
  const chat = await startChat(ctx, client.userId, "driver1@example.com");
  const task = await addTask(ctx, staff, {
    title: "Photograph the bridge",
    description: "From the north bank, the whole arch in the picture.",
    latitude: 55.7447,
    longitude: 37.6,
    radius: 150,
    status: "pending",
  });
  const ticket = await openTicket(ctx, client, {
    subject: "Как оплатить картой?",
    description: "Водитель принимает карты или только наличные?",
    priority: "NORMAL",
    relatedOrderId: null,
  });
  return [event, chat.ok ? `chat ${chat.id}` : "", `task ${task.id}`, ticket ? `ticket ${ticket.id}` : ""];
}

async function callerOf(ctx: RequestContext, username: string): Promise<Caller> {
  const [user] = await ctx.db
    .select({ userId: users.id, userType: users.userType, isStaff: users.isStaff })
    .from(users)
    .where(eq(users.usernameKey, username));
  if (!user) throw new Error(`there is no ${username}`);
  // Without a session: nobody has signed in.
  return { ...user, sessionId: "", expiresAt: 0 };
}

/** The rules of AlphaBet's client. */
const SAMPLE_POLICY: EventPolicy = {
  audience: "signed_in",
  creatorOrganizes: false,
  unknownNames: "skip",
  started: "refuse",
  missing: "refuse",
};

async function makeEvent(ctx: RequestContext, caller: Caller): Promise<string> {
  const day = 24 * 3600_000;
  const startsAt = Math.ceil(ctx.now() / day) * day + 7 * day + 16 * 3600_000;
  const facts = {
    ...BLANK,
    name: "Picnic by the river",
    startsAt,
    endsAt: startsAt + 3 * 3600_000,
    location: "Riverside park",
  };
  const names = ["client1", "driver1"].map((username) => ({ username }));
  const made = await createEvents(ctx, caller, [{ facts, names }], SAMPLE_POLICY);
  const [event] = made.ok ? made.events : [];
  return event ? `event ${event.uuid}` : "";
}
