/** `/admin/` and every address below it: one document; the console's script finds its page by the address. */
import { page } from "./platform/http/pages/page.tsx";
import { type Route, route } from "./platform/http/route.ts";
import type { RequestContext } from "./platform/runtime.ts";

/** A single page as far as the server knows: deep links open it, too. */
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
