/** What AlphaBet's event routes share: their write policies and the refusals in AlphaBet's words. */
import {
  type EventFault,
  type EventPolicy,
  memberFaults,
  planFaults,
} from "../../../modules/events/index.ts";
import { fill, messages as shared } from "../../../platform/http/messages.ts";
import { refuseWithError, refuseWithMessage } from "../errors.ts";
import { END_BEFORE_START } from "./schemas.ts";

export const tag = "AlphaBet";

/** Events of this app are visible to signed-in people. Unknown participants are skipped. */
export const policy: EventPolicy = {
  audience: "signed_in",
  creatorOrganizes: false,
  unknownNames: "skip",
  started: "refuse",
  missing: "refuse",
};

/** In a batch, unknown and past events are skipped too. */
export const batchPolicy: EventPolicy = { ...policy, started: "skip", missing: "skip" };

export function refused(fault: EventFault, missing: string) {
  switch (fault.reason) {
    case "missing":
      return refuseWithMessage(404, missing);
    case "past":
      return refuseWithMessage(404, "Event is in the past");
    case "plan":
      return refuseWithError(fault.fault === "order" ? END_BEFORE_START : planFaults[fault.fault][1].en);
    case "forbidden":
      return refuseWithMessage(403, `You may not change the event ${fault.uuid}`, { id: fault.uuid });
    case "age":
    case "over":
      return refuseWithError(fill(memberFaults[fault.reason], { name: fault.username }).en);
    case "moved":
      return refuseWithMessage(409, shared.conflict.en);
    case "unknown":
      return refuseWithError("No such participant");
    default:
      return fault satisfies never;
  }
}
