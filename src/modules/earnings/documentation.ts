/** Texts and examples of earnings, for the API documents. */
import type { Documentation } from "../../platform/http/documents/documentation.ts";

export const documentation: Documentation = {
  operations: {
    "GET /api/v1/calculator/export.csv/, GET /api/calculator/export.csv/": {
      answers: {
        200: {
          headers: { "Content-Disposition": "Name of the file." },
          media: {
            "text/csv":
              "id,pub_date,app_income,commission,expenses,earnings\r\n7,2026-05-04T09:30:00.000Z,5200.00,780.00,900.00,3520.00\r\n",
          },
        },
      },
    },
  },
};
