/** Routes whose statements the query planner calls scans, and why: `lists.test.ts` counts what they really read. */

const PAGE = "reads the rows in the order of an index, and no further than its page";
const ALL = "the contract's list has no pages: it reads what it answers";
const SUBSTRING = "a substring may be in any row";

export const SCANS: Readonly<Record<string, string>> = {
  "GET /api/admin/:resource": PAGE,
  "GET /api/admin/:resource/summary": "reads the first rows in the list's order",
  "GET /api/admin/map": "reads the fleet",
  "GET /api/search_event/:location": SUBSTRING,
  "GET /api/v1/carposts": PAGE,
  "GET /api/v1/events": PAGE,
  "GET /api/v1/location-reports/latest": ALL,
  "GET /api/v1/orders/list": PAGE,
  "GET /api/v1/support/tickets": PAGE,
  "GET /api/v1/tasks": ALL,
  "GET /api/v1/tasks/my_tasks": ALL,
  "GET /api/v1/users": PAGE,
  "GET /api/v1/vehicles": PAGE,
};
