/** Texts and examples of earnings, for the API documents. */
import { type Documentation, money, time } from "../../platform/http/documents/documentation.ts";

const entry = { earnings: money("Income without commission and expenses.", "3520.00") };

export const documentation: Documentation = {
  properties: {
    app_income: money("Income from the app.", "5200.00"),
    commission: money("The app's commission; null for none.", "780.00"),
    expenses: money("Fuel and other expenses; null for none.", "900.00"),
    pub_date: time("When the entry was made."),
  },
  schemas: { "CalculatorEntry RecentCalculatorEntry": entry },
  parameters: {
    "/api/v1/calculator/": { id: ["The entry's id.", 7], days: "How many days back." },
    "/api/calculator/": { id: ["The entry's id.", 7], days: "How many days back." },
    "/api/get-recent-calculator-entries/": { days: "How many days back." },
  },
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
