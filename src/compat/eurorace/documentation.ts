/** Texts and examples of the Eurorace app's paths, for the API documents. */
import type { Documentation } from "../../platform/http/documents/documentation.ts";

export const documentation: Documentation = {
  properties: {
    pk: ["The person's id.", 12],
    uid: ["The account, from the mailed link.", "MTI"],
    jwt: ["Access token, also set as a cookie.", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMiJ9.Jm0Yb1uT0u2n"],
    "location-reports": [
      "Address of the location reports.",
      "https://caravan.example/api/location-reports/",
      "uri",
    ],
    tasks: ["Address of the tasks.", "https://caravan.example/api/tasks/", "uri"],
  },
  operations: {
    "GET /api/": { description: "Addresses of the app's collections, for clients that start here." },
    "POST /api/auth/registration/verify-email/": { description: "After this the account can sign in." },
    "POST /api/auth/login/": {
      description: "By username or e-mail. An account with a second factor needs `otp`.",
    },
  },
};
