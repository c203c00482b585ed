// The bare Worker's side of `apps.mjs`: the statements of the older apps' lists, of an order and of a car post.

const PERSON = (
  id,
) => `(SELECT json_object('id', u.id, 'username', u.username, 'email', u.email, 'phone', u.phone, 'firstName', u.first_name,
  'lastName', u.last_name) FROM users u WHERE u.id = ${id})`;
const ORDER = `SELECT o.*,
    (SELECT json_group_array(json_object('id', h.id, 'old', h.old_status, 'new', h.new_status, 'comment', h.comment,
      'by', h.changed_by, 'at', h.created_at)) FROM order_status_history h WHERE h.order_id = o.id) AS history,
    (SELECT json_group_array(json_object('id', p.id, 'amount', p.amount, 'method', p.payment_method, 'status', p.status,
      'at', p.created_at)) FROM payments p WHERE p.order_id = o.id) AS payments,
    (SELECT json_object('make', v.make, 'model', v.model, 'year', v.year, 'plate', v.license_plate)
      FROM client_vehicles v WHERE v.id = o.vehicle_id) AS vehicle,
    (SELECT json_object('id', t.id, 'plate', t.license_plate, 'model', t.model, 'driver', ${PERSON("t.driver_id")})
      FROM tow_trucks t WHERE t.id = o.tow_truck_id) AS truck, ${PERSON("o.client_id")} AS client
  FROM orders o`;
const DETAILS = `SELECT id, uuid, creator_id, name, starts_at, ends_at, location, description, event_type, city_id, price,
    min_age, max_age, min_members, max_members, latitude, longitude,
    (SELECT json_group_array(m.user_id) FROM event_members m WHERE m.event_id = events.id) AS members
  FROM events`;
const FILES = `SELECT * FROM files WHERE purpose = ? AND subject_id IN (SELECT value FROM json_each(?)) AND status = 'finished'
  ORDER BY finished_at, id`;

/** A page, its count, and the files of its rows. */
async function page(DB, select, purpose) {
  const [{ results }, { results: count }] = await DB.batch([
    DB.prepare(`${select} ORDER BY id DESC LIMIT 40`),
    DB.prepare(`SELECT count(*) AS count FROM (${select})`),
  ]);
  const ids = JSON.stringify(results.map(({ id }) => id));
  const { results: files } = await DB.prepare(FILES).bind(purpose, ids).all();
  return Response.json({ results, ...count[0], files });
}

/** The person whose vehicle it is: see `vehicleOf` in `world.mjs`. */
const ownerOf = (vehicle) => Number(vehicle.slice(-12)) + 1;

async function order(DB, id) {
  return Response.json(await DB.prepare(`${ORDER} WHERE o.id = ?`).bind(id).first());
}

export const APPS = {
  "GET rides": ({ DB }) => page(DB, DETAILS, "event_image"),
  "GET posts": ({ DB }) => page(DB, "SELECT * FROM car_posts", "car_image"),

  async "GET reports"({ DB }) {
    const { results } = await DB.prepare(
      `SELECT id, user_id, at, latitude, longitude, accuracy, speed, heading, flag FROM location_reports
       WHERE user_id = ? AND flag IS NULL ORDER BY at, id LIMIT 40`,
    )
      .bind(1)
      .all();
    return Response.json(results);
  },

  async "GET orders40"({ DB }) {
    const [{ results }, { results: count }] = await DB.batch([
      DB.prepare(`${ORDER} WHERE o.client_id = ? ORDER BY o.created_at DESC, o.id DESC LIMIT 40`).bind(1),
      DB.prepare("SELECT count(*) AS count FROM orders WHERE client_id = ?").bind(1),
    ]);
    return Response.json({ results, ...count[0] });
  },

  "GET order": ({ DB }, id) => order(DB, id),

  /** As the product: reads the order, changes it if nobody has meanwhile, and reads what it has become. */
  async "PATCH order"({ DB }, id, request) {
    const { description } = await request.json();
    await order(DB, id);
    await DB.batch([
      DB.prepare("UPDATE orders SET description = ?, updated_at = ? WHERE id = ?").bind(
        description,
        Date.now(),
        id,
      ),
    ]);
    return order(DB, id);
  },

  /** As the product: places it, tells the operators' room, and marks both effects as done. Nobody has entered the client's inbox. */
  async "POST order"(env, _, request, context, { insertEffects }) {
    const { DB } = env;
    const input = await request.json();
    const client = ownerOf(input.vehicle);
    await Promise.all([
      DB.prepare("SELECT * FROM vehicle_types WHERE id = ?").bind(input.vehicle_type).first(),
      DB.prepare("SELECT 1 FROM client_vehicles WHERE id = ? AND owner_id = ?")
        .bind(input.vehicle, client)
        .first(),
    ]);
    const id = crypto.randomUUID();
    const now = Date.now();
    const insert =
      DB.prepare(`INSERT INTO orders (id, client_id, vehicle_type_id, vehicle_id, pickup_address, pickup_latitude,
        pickup_longitude, delivery_address, delivery_latitude, delivery_longitude, status, estimated_price, start_code,
        created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'PENDING', 350000, '1234', ?, ?) RETURNING *`);
    const values = [
      "pickup_address",
      "pickup_latitude",
      "pickup_longitude",
      "delivery_address",
      "delivery_latitude",
    ];
    const places = [...values, "delivery_longitude"].map((name) => input[name]);
    const notice = DB.prepare(`INSERT INTO notifications (user_id, type, title, message, ref, created_at)
      VALUES (?, 'order', 'Order', 'Placed', ?, ?)`);
    const entry = DB.prepare(`INSERT INTO order_entries (order_id, epoch, seq, at, ref, kind, body)
      VALUES (?, 'before', 1, ?, ?, 'status', '{"status":"PENDING"}')`);
    const effect = () => ({ id: crypto.randomUUID(), kind: "none", address: id, payload: { order: id } });
    const rows = [effect(), effect()];
    const [{ results }] = await DB.batch([
      insert.bind(id, client, input.vehicle_type, input.vehicle, ...places, now, now),
      insertEffects(DB, rows, now),
      notice.bind(client, id, now),
      entry.bind(id, now, id),
    ]);
    await env.ROOMS.getByName("ops").publish("order", { id, status: "PENDING" });
    const done = DB.prepare("UPDATE outbox SET status = 'sent', sent_at = ? WHERE id IN (?, ?)");
    context.waitUntil(done.bind(now, ...rows.map((row) => row.id)).run());
    return Response.json(results[0], { status: 201 });
  },

  async "POST post"({ DB }, _, request) {
    const post = await request.json();
    const row = {
      user_id: 1,
      created_at: Date.now(),
      ...post,
      search_key: post.car_name,
      fuel_key: post.fuel,
    };
    const columns = { ...row, transmission_key: post.transmission, location_key: "" };
    const names = Object.keys(columns);
    const { results } = await DB.prepare(
      `INSERT INTO car_posts (${names}) VALUES (${names.map(() => "?")}) RETURNING *`,
    )
      .bind(...Object.values(columns))
      .all();
    return Response.json(results[0], { status: 201 });
  },
};
