/** Every resource that staff works with, and who gets in. */
import type { Caller } from "../../platform/http/caller.ts";
import { forbidden, notFound } from "../../platform/http/errors.ts";
import { extend, type Resource, type Right } from "../../platform/resources/resource.ts";
import { chatResources } from "../chat/index.ts";
import { dispatchResources } from "../dispatch/index.ts";
import { documentResources } from "../documents/index.ts";
import { earningsResources } from "../earnings/index.ts";
import { eventResources } from "../events/index.ts";
import { fileResources } from "../files/index.ts";
import { identityResources } from "../identity/index.ts";
import { notificationResources } from "../notifications/index.ts";
import { rentalResources } from "../rentals/index.ts";
import { personFacts, socialResources } from "../social/index.ts";
import { supportResources } from "../support/index.ts";
import { trackingResources } from "../tracking/index.ts";
import { auditLogOf } from "./resources/audit-log.ts";
import { systemResources } from "./resources/system.ts";
import { may } from "./rights.ts";

/** What has its own tabs elsewhere stands here once, in the order of the console's headings. */
const resources: readonly Resource[] = [
  ...identityResources.map((each) => (each.name === "users" ? extend(each, personFacts) : each)),
  ...socialResources,
  ...chatResources,
  ...dispatchResources,
  ...supportResources,
  ...eventResources,
  ...trackingResources,
  ...rentalResources,
  ...earningsResources,
  ...documentResources,
  ...notificationResources,
  ...fileResources,
  ...systemResources,
];

export const catalogue: readonly Resource[] = [...resources, auditLogOf(resources)];

const byName = new Map(catalogue.map((each) => [each.name, each]));

/** The resource of a path, if this caller may do this with it. */
export function admitTo(caller: Caller, name: string, right: Right): Resource {
  const resource = byName.get(name);
  if (!resource) throw notFound();
  if (!may(caller, resource, "read") || !may(caller, resource, right)) throw forbidden();
  return resource;
}
