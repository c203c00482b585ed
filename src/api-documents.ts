/** The texts of the API documents, by file name. Runs when the assets are built; no part of the Worker. */
import { stringify } from "yaml";
import { routes } from "./app.ts";
import { channels } from "./channels.ts";
import { documentedWebhooks } from "./modules/webhooks/payloads.ts";
import { openApiDocument } from "./platform/http/documents/openapi.ts";
import { asyncApiDocument } from "./platform/realtime/documents/asyncapi.ts";
import { asyncApiPage } from "./platform/realtime/documents/page/page.tsx";

export function apiDocuments(): Record<string, string> {
  const openApi = openApiDocument(routes, documentedWebhooks());
  return {
    "openapi.json": JSON.stringify(openApi),
    "openapi.yaml": stringify(openApi, { aliasDuplicateObjects: false }),
    "asyncapi.json": JSON.stringify(asyncApiDocument(channels)),
    "asyncapi.html": asyncApiPage(channels),
  };
}
