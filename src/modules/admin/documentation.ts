/** Texts and examples of the console's operations, for the API documents. */
import type { Documentation } from "../../platform/http/documents/documentation.ts";

export const documentation: Documentation = {
  operations: {
    "GET /api/admin/{resource}/export.csv/": {
      answers: {
        200: {
          headers: { "Content-Disposition": "Name of the file." },
          media: {
            "text/csv": "id,status,priority\r\n0b6f1f0e-8c1d-4d8a-9a59-3f3b2c8f7d21,ASSIGNED,HIGH\r\n",
          },
        },
      },
    },
  },
};
