/** What carries the social effects out, by their kind. */
import type { Handlers } from "../../platform/db/delivery.ts";
import { type Parting, part } from "./parting.ts";

export const socialHandlers: Handlers = {
  part: (scope, row) => part(scope, row.payload as Parting),
};
