// Requests of the five apps beside the bare Worker: a list of forty of each, and what is done with an order and a car post.
import { send } from "./clients.mjs";
import { eventDraft, keyOf, ORDER, orderDraft, PEOPLE, POST, rideDraft } from "./world.mjs";

/** Makers by name. `http` makes a workload of two sides. */
export function appWorkloads({ product, bare, token, http, fresh }) {
  const key = keyOf(1);
  const get = (path, credential, floor) =>
    http({
      product: () => send("GET", `${product.origin}${path}`, credential),
      bare: () => send("GET", `${bare.origin}/${floor}/`),
    });
  const post = (path, credential, floor, draft) =>
    http({
      product: () => send("POST", `${product.origin}${path}`, { ...credential, status: 201, body: draft() }),
      bare: () => send("POST", `${bare.origin}/${floor}/`, { status: 201, body: draft() }),
    });
  const edited = () => ({ body: { description: `By the bridge, ${fresh()}` } });

  return {
    "list 40 events (Find Friend)": get("/api/v1/events/?limit=40", { key }, "rides"),
    "list 40 car posts (Rideshare)": get("/api/v1/carposts/?limit=40", { token }, "posts"),
    "list 40 points (Eurorace)": get("/api/v1/location-reports/?limit=40", { key }, "reports"),
    "list 40 orders (Tow Truck)": get("/api/v1/orders/list/?limit=40", { token }, "orders40"),
    "create an event (Find Friend)": http({
      product: () =>
        send("POST", `${product.origin}/api/v1/events/`, { key, status: 201, body: rideDraft() }),
      bare: () =>
        send("POST", `${bare.origin}/events/`, { status: 201, body: { ...eventDraft(), participants: [] } }),
    }),
    "create a car post": post("/api/v1/carposts/", { token }, "post", () => POST),
    "read an order": get(`/api/v1/orders/${ORDER}/`, { token }, `order/${ORDER}`),
    "edit an order": http({
      product: () => send("PATCH", `${product.origin}/api/v1/orders/${ORDER}/`, { ...edited(), token }),
      bare: () => send("PATCH", `${bare.origin}/order/${ORDER}/`, edited()),
    }),
    "place an order": () => {
      // In turns: a person may have only so many open orders, which are counted each time.
      let turn = 0;
      const next = () => (turn = (turn % PEOPLE) + 1);
      return {
        width: 4,
        work: {
          product: () => {
            const person = next();
            const body = orderDraft(person);
            return send("POST", `${product.origin}/api/v1/orders/`, {
              key: keyOf(person),
              status: 201,
              body,
            });
          },
          bare: () => send("POST", `${bare.origin}/order/`, { status: 201, body: orderDraft(next()) }),
        },
      };
    },
  };
}
