/** Sample data for a developer's machine: idempotent, and the only accounts whose passwords are not checked. */
import { eq } from "drizzle-orm";
import { loadFleet, loadSampleOrder } from "./modules/dispatch/index.ts";
import { createEvents } from "./modules/events/index.ts";
import { foldUsername, users } from "./modules/identity/index.ts";
import { anyHasher } from "./platform/crypto/hasher.ts";
import type { Scope } from "./platform/runtime.ts";

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
] as const;

/** Makes what is missing; says what it made. */
export async function loadSamples(scope: Scope): Promise<string[]> {
  const made: string[] = [];
  for (const login of SAMPLE_LOGINS) if (await makeLogin(scope, login)) made.push(login.username);
  if (made.includes("client1")) made.push(await makeEvent(scope));
  made.push(...(await loadFleet(scope)), await loadSampleOrder(scope));
  return made.filter(Boolean);
}

async function makeLogin(scope: Scope, login: (typeof SAMPLE_LOGINS)[number]): Promise<boolean> {
  const usernameKey = foldUsername(login.username);
  const [known] = await scope.db
    .select({ id: users.id })
    .from(users)
    .where(eq(users.usernameKey, usernameKey));
  if (known) return false;
  const now = scope.now();
  const [firstName, lastName] = login.name;
  const inserted = await scope.db
    .insert(users)
    .values({
      username: login.username,
      usernameKey,
      email: login.email,
      phone: login.phone,
      passwordHash: await anyHasher(scope.runtime.hashers).hash(login.password),
      firstName,
      lastName,
      userType: login.userType,
      isStaff: login.isStaff,
      isVerified: true,
      emailVerifiedAt: now,
      phoneVerifiedAt: login.phone ? now : null,
      createdAt: now,
      updatedAt: now,
    })
    .onConflictDoNothing()
    .returning({ id: users.id });
  return inserted.length > 0;
}

async function makeEvent(scope: Scope): Promise<string> {
  const [creator] = await scope.db
    .select({ id: users.id })
    .from(users)
    .where(eq(users.usernameKey, "client1"));
  if (!creator) return "";
  const day = 24 * 3600_000;
  const startsAt = Math.ceil(scope.now() / day) * day + 7 * day + 16 * 3600_000;
  const caller = {
    userId: creator.id,
    sessionId: "samples",
    userType: "CLIENT",
    isStaff: false,
    expiresAt: 0,
  } as const;
  const draft = {
    name: "Picnic by the river",
    startsAt,
    endsAt: startsAt + 3 * 3600_000,
    location: "Riverside park",
    participants: ["client1", "driver1"],
  };
  const [event] = await createEvents(scope, caller, [draft]);
  return event ? `event ${event.uuid}` : "";
}
