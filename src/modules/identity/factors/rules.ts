/** Whose account must have a second factor. Pure but for the settings. */
import { type Caller, usesConsole } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";

/** Whether the settings require a second factor of this person: of everybody who may use the console. */
export function mustHaveFactor(
  { runtime }: Pick<RequestContext, "runtime">,
  who: Pick<Caller, "isStaff" | "userType" | "rights">,
): boolean {
  return runtime.settings.staffSecondFactor === "required" && usesConsole(who);
}
