/** Chats: what other rooms of the house may use. */
export { chatGate } from "./gate.ts";
export { exportChats } from "./queries.ts";
export { chatRecheck } from "./recheck.ts";
export { chatResources } from "./resources.ts";
export { chatTenant } from "./room.ts";
export { chatRoutes } from "./routes.ts";
export { eraseChatWords, startChat } from "./service.ts";
