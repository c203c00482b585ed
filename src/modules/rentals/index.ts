/** Public API of the rentals module. */

export { addPost, changePost, removePost } from "./commands.ts";
export { POST_FORM_LIMIT, pictureOf } from "./post-form.ts";
export { type CarPost, exportPosts, findPost, listPosts, ownPost, pictureUrls } from "./queries.ts";
export { rentalResources } from "./resources.ts";
export { noPost, rentalRoutes } from "./routes.ts";
export {
  NewPost,
  OPTIONAL_FIELDS,
  PostChange,
  PostWire,
  toPostChange,
  toPostFacts,
  toPostWire,
} from "./schemas.ts";
