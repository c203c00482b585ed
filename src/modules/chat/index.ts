/** Public API of the chat module. */
export { chatAuthorizer } from "./authorizer.ts";
export { eraseChatWords, startChat } from "./commands.ts";
export { exportChats } from "./queries.ts";
export { chatRecheck } from "./recheck.ts";
export { chatResources } from "./resources.ts";
export { chatRoomHandler } from "./room.ts";
export { chatRoutes } from "./routes.ts";
export { chatTextErased, chatTextMove, checkChatText, moveOldText } from "./text/moving.ts";
