/** Public API of the rentals module. */

export {
  addPost,
  type CarPost,
  changePost,
  exportPosts,
  findPost,
  listPosts,
  ownPost,
  pictureUrls,
  removePost,
} from "./commands.ts";
export { rentalResources } from "./resources.ts";
export { noPost, rentalRoutes } from "./routes.ts";
export {
  NewPost,
  OPTIONAL_FIELDS,
  POST_FORM_LIMIT,
  PostChange,
  PostWire,
  pictureOf,
  toPostChange,
  toPostFacts,
  toPostWire,
} from "./schemas.ts";
