/** What is asked below /docs/ and is none of the documentation's files, which are served before the Worker is asked. */
import { notFound } from "./platform/http/errors.ts";
import { route } from "./platform/http/route.ts";

/** Browsers get the documentation's own page for it, with its search; other clients the error of every unknown path. */
export const missingDocumentation = route({
  method: "get",
  path: "/docs/:place{.+}",
  tag: "Pages",
  summary: "Get the documentation's page for what does not exist",
  access: "public",
  hidden: true,
  responses: {},
  async handle({ ctx, request }) {
    if (!request.headers.get("accept")?.includes("text/html")) throw notFound();
    const page = await ctx.runtime.assets.fetch("https://assets.invalid/docs/404");
    if (!page.ok) throw notFound();
    const headers = new Headers(page.headers);
    // It is kept for no address: the next deploy may have a page there.
    headers.delete("ETag");
    headers.set("Cache-Control", "no-store");
    return new Response(page.body, { status: 404, headers });
  },
});
