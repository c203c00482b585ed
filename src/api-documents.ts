/** The texts of the API documents, by file name. Runs when the assets are built; no part of the Worker. */
import { stringify } from "yaml";
import { routes } from "./app.ts";
import { channels } from "./channels.ts";
import { documentation, groups } from "./documentation.ts";
import { documentedWebhooks } from "./modules/webhooks/payloads.ts";
import type { SourceReader } from "./platform/http/documents/answers.ts";
import { openApiDocument } from "./platform/http/documents/openapi.ts";
import { asyncApiDocument } from "./platform/realtime/documents/asyncapi.ts";
import { asyncApiPage } from "./platform/realtime/documents/page/page.tsx";

/** `reader` reads from the source which refusals a route may end in. */
export function apiDocuments(reader: SourceReader): Record<string, string> {
  const openApi = openApiDocument({ routes, webhooks: documentedWebhooks(), documentation, groups, reader });
  return {
    "openapi.json": JSON.stringify(openApi),
    "openapi.yaml": stringify(openApi, { aliasDuplicateObjects: false }),
    "asyncapi.json": JSON.stringify(asyncApiDocument(channels)),
    "asyncapi.html": asyncApiPage(channels),
  };
}
