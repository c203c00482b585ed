/** Texts and examples of the Rideshare app's paths, for the API documents. */
import type { Documentation } from "../../platform/http/documents/documentation.ts";

export const documentation: Documentation = {
  properties: {
    current_page: ["Number of this page.", 1],
    has_next: "Whether there is a next page.",
    has_previous: "Whether there is a page before.",
    next_page_number: ["Number of the next page; null on the last.", 2],
    pagination: "Where this page stands.",
    previous_page_number: ["Number of the page before; null on the first.", 1],
    total_pages: ["Number of pages.", 3],
  },
  operations: {
    "POST /api/register/": { description: "Does not sign in: `POST /api/login/` does." },
    "POST /api/login/": {
      description: "Sets the cookie `jwt`. An account with a second factor needs `otp`.",
    },
    "POST /api/auth/register/": { description: "Does not sign in: `POST /api/auth/token/` does." },
    "POST /api/auth/token/": {
      description: "By username or e-mail. An account with a second factor needs `otp`.",
    },
  },
  parameters: {
    "/api/get-image-by-post-id/": { id: ["The post's id.", 12] },
    "/api/get-carpost/": { id: ["The post's id.", 12] },
    "/api/update-ridepost/": { id: ["The post's id.", 12] },
    "/api/update-calculator-entry/": { id: ["The entry's id.", 7] },
    "/api/delete-calculator-entry/": { id: ["The entry's id.", 7] },
    "/api/documents/": { id: ["The document's id.", 4] },
    "/api/v1/documents/": { id: ["The document's id.", 4] },
  },
};
