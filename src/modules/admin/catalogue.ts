/** The list of all console resources, and the check of a caller's right to one. */
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
import { webhookResources } from "../webhooks/index.ts";
import { groupResourcesOf } from "./groups/resources.ts";
import { auditLogOf } from "./resources/audit-log.ts";
import { savedViewsOf } from "./resources/saved-views.ts";
import { systemResources } from "./resources/system.ts";
import { may } from "./rights.ts";

/** In the order of the console's menu. */
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
  ...webhookResources,
  ...systemResources,
];

const withViews: readonly Resource[] = [...resources, savedViewsOf(resources)];

const groups = groupResourcesOf([...withViews, auditLogOf(withViews)]);

export const catalogue: readonly Resource[] = [
  ...withViews,
  ...groups,
  auditLogOf([...withViews, ...groups]),
];

const byName = new Map(catalogue.map((each) => [each.name, each]));

/** The resource of a path: 404 when there is none, 403 when the caller lacks the right. */
export function requireResource(caller: Caller, name: string, right: Right): Resource {
  const resource = byName.get(name);
  if (!resource) throw notFound();
  if (!may(caller, resource, "read") || !may(caller, resource, right)) throw forbidden();
  return resource;
}
