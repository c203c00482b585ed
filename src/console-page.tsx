/** `/admin/` and all paths below it: one document, in which the console's script routes by the path. */
import { page } from "./platform/http/pages/page.tsx";
import { type Route, route } from "./platform/http/route.ts";
import type { RequestContext } from "./platform/runtime.ts";

/** Deep links open the same document. */
export const consoleRoutes: readonly Route[] = ["/admin", "/admin/:place{.+}"].map((path) =>
  route({
    method: "get",
    path,
    tag: "Pages",
    summary: "Staff console",
    access: "public",
    hidden: true,
    responses: {},
    handle: async ({ ctx }) => consolePage(ctx),
  }),
);

function consolePage({ runtime, locale }: RequestContext): Response {
  const tiles = runtime.settings.mapTiles;
  return page(
    {
      title: "Caravan",
      locale,
      styles: ["/console/console.css"],
      module: "/console/main.js",
      policy: `worker-src 'self'${tiles ? `; connect-src 'self' ${new URL(tiles).origin}` : ""}`,
    },
    <div id="console" data-tiles={tiles ?? undefined} />,
  );
}
