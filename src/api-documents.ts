/** The texts of the API documents, by file name. Runs when the assets are built; no part of the Worker. */
import { stringify } from "yaml";
import { authorizers, routes } from "./app.ts";
import { documentedWebhooks } from "./modules/webhooks/payloads.ts";
import { openApiDocument } from "./platform/http/documents/openapi.ts";
import { asyncApiDocument } from "./platform/realtime/asyncapi.ts";

export function apiDocuments(): Record<string, string> {
  const openApi = openApiDocument(routes, documentedWebhooks());
  return {
    "openapi.json": JSON.stringify(openApi),
    "openapi.yaml": stringify(openApi, { aliasDuplicateObjects: false }),
    "asyncapi.json": JSON.stringify(asyncApiDocument(authorizers.map(({ document }) => document))),
  };
}
