/** Decides who may open a chat's socket. */
import { forbidden } from "../../platform/http/errors.ts";
import { numberIn } from "../../platform/ids.ts";
import type { RoomAuthorizer } from "../../platform/realtime/handshake/authorizer.ts";
import { lookUpChat } from "./facts.ts";
import { mayJoin } from "./rules.ts";

/** Every refusal is a 403, as the app documents it, so that it reveals nothing about the chat. */
export const chatAuthorizer: RoomAuthorizer = {
  kind: "chat",
  path: "/ws/chat/:id",
  async authorize(ctx, caller, id, fresh = false) {
    const chatId = numberIn(id);
    if (!caller || chatId === null) throw forbidden();
    const found = await lookUpChat(ctx, chatId, fresh);
    const verdict = found && mayJoin(found.facts, caller);
    if (!found || !verdict || verdict === "stays out") throw forbidden();
    return { room: `chat:${chatId}`, readOnly: verdict === "listens", asOf: found.asOf };
  },
};
