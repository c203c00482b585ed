/** What carries the notifications' effects out, by their kind. */
import type { Handlers } from "../../platform/db/delivery.ts";
import { pushNotice } from "./service.ts";

export const notificationHandlers: Handlers = {
  notice: (scope, row) => pushNotice(scope, row.payload as Parameters<typeof pushNotice>[1]),
};
