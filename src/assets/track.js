// The public map of one tow order: Web Mercator in an SVG with both places, the truck, its trail, and tiles when they are
// configured. One file, although long: it is served as it is, without a build step.
const main = document.querySelector("main.track");
const svg = main.querySelector("svg");
const words = JSON.parse(main.dataset.words);
const order = JSON.parse(main.dataset.order);
const { token, tiles } = main.dataset;

const TILE = 256;
/** Free pixels around the content; the sheet covers the bottom of a narrow page. */
const MARGIN = 56;
const SHEET = 190;

/** Seconds: no time of arrival is shown for an older position. */
const FRESH = 120;

/** The positions of the followed truck since this page was opened, and the id of that truck. */
const trail = [];
let followed = null;
let position = { epoch: null, seq: null };
let connected = true;
/** The drawn position, which glides to the truck's position. */
let drawn = order.truck && { ...order.truck };

const mercator = ({ latitude, longitude }) => {
  const sine = Math.sin((Math.max(-85, Math.min(85, latitude)) * Math.PI) / 180);
  return { x: (longitude + 180) / 360, y: 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI) };
};

/** A view in which all of these are seen: a zoom and the world's pixel in the upper left corner. */
function viewOf(places) {
  const width = svg.clientWidth;
  const height = svg.clientHeight;
  const narrow = width < 720;
  const points = places.map(mercator);
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const free = { width: width - 2 * MARGIN, height: height - 2 * MARGIN - (narrow ? SHEET : 0) };
  const zoomFor = (span, room) => (span > 0 ? Math.log2(Math.max(room, 40) / (span * TILE)) : 16);
  const zoom = Math.max(
    3,
    Math.min(16, zoomFor(right - left, free.width), zoomFor(bottom - top, free.height)),
  );
  const scale = TILE * 2 ** zoom;
  return {
    zoom,
    scale,
    x: ((left + right) / 2) * scale - width / 2,
    y: ((top + bottom) / 2) * scale - MARGIN - free.height / 2,
  };
}

const toPixel = (view, place) => {
  const { x, y } = mercator(place);
  return { x: x * view.scale - view.x, y: y * view.scale - view.y };
};

const element = (name, attributes = {}, ...children) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

function ground(view) {
  const layer = element("g");
  const zoom = tiles ? Math.round(view.zoom) : Math.floor(view.zoom) + 1;
  const size = TILE * 2 ** (view.zoom - zoom);
  const count = 2 ** zoom;
  const first = { x: Math.floor(view.x / size), y: Math.max(0, Math.floor(view.y / size)) };
  const last = {
    x: Math.floor((view.x + svg.clientWidth) / size),
    y: Math.min(count - 1, Math.floor((view.y + svg.clientHeight) / size)),
  };
  for (let x = first.x; x <= last.x; x++) {
    if (!tiles) {
      const at = x * size - view.x;
      layer.append(element("path", { class: "grid", d: `M${at} 0V${svg.clientHeight}` }));
    } else
      for (let y = first.y; y <= last.y; y++) {
        const href = tiles
          .replace("{z}", zoom)
          .replace("{x}", ((x % count) + count) % count)
          .replace("{y}", y);
        const place = { x: x * size - view.x, y: y * size - view.y, width: size + 0.5, height: size + 0.5 };
        layer.append(element("image", { href, ...place }));
      }
  }
  if (!tiles)
    for (let y = first.y; y <= last.y; y++)
      layer.append(element("path", { class: "grid", d: `M0 ${y * size - view.y}H${svg.clientWidth}` }));
  return layer;
}

function pin(view, place, name, kind) {
  const { x, y } = toPixel(view, place);
  const label = element("text", { x: 14, y: 5 }, name);
  return element(
    "g",
    { class: `pin ${kind}`, transform: `translate(${x} ${y})` },
    element("circle", { r: 7 }),
    label,
  );
}

function truck(view, place) {
  const { x, y } = toPixel(view, place);
  const body = "M-10-5h10v8h-10zM1-3h5l4 4v2H1zM-7 4a2.4 2.4 0 1 0 .1 0zM5 4a2.4 2.4 0 1 0 .1 0z";
  return element(
    "g",
    { class: "truck", transform: `translate(${x} ${y})` },
    element("circle", { class: "halo", r: 26 }),
    element("circle", { class: "disc", r: 17 }),
    element("path", { d: body }),
    element("title", {}, words.truck),
  );
}

/** A scale bar with a round length of at most a quarter of the page. */
function scaleBar(view) {
  const latitude = order.pickup.latitude;
  const metresPerPixel = (40_075_016 * Math.cos((latitude * Math.PI) / 180)) / view.scale;
  const most = metresPerPixel * Math.min(140, svg.clientWidth / 4);
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = [5, 2, 1].map((step) => step * power).find((length) => length <= most) ?? power;
  const width = metres / metresPerPixel;
  const name = metres >= 1000 ? `${metres / 1000} ${words.km}` : `${metres} ${words.m}`;
  return element(
    "g",
    { class: "scale", transform: `translate(${svg.clientWidth - width - 16} 26)` },
    element("path", { d: `M0 0v6h${width}v-6` }),
    element("text", { x: width / 2, y: -6, "text-anchor": "middle" }, name),
  );
}

const line = (view, places) =>
  places
    .map((place, index) => {
      const { x, y } = toPixel(view, place);
      return `${index ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("");

function draw() {
  // An order that is over has no places.
  if (!order.pickup) return svg.replaceChildren();
  const goal = order.status === "IN_PROGRESS" ? order.delivery : order.pickup;
  const view = viewOf([order.pickup, order.delivery, ...(drawn ? [drawn] : [])]);
  const parts = [ground(view)];
  parts.push(element("path", { class: "route", d: line(view, [order.pickup, order.delivery]) }));
  if (drawn) parts.push(element("path", { class: "route", d: line(view, [drawn, goal]) }));
  if (drawn && trail.length > 0)
    parts.push(element("path", { class: "trail", d: line(view, [...trail, drawn]) }));
  parts.push(
    pin(view, order.pickup, words.pickup, "start"),
    pin(view, order.delivery, words.delivery, "goal"),
  );
  if (drawn) parts.push(truck(view, drawn));
  parts.push(scaleBar(view));
  svg.replaceChildren(...parts);
}

function showStatus() {
  main.querySelector(".status").textContent = words[order.status];
  const minutes = Math.round((order.eta_seconds ?? 0) / 60);
  const moving = order.truck && (order.status === "ASSIGNED" || order.status === "IN_PROGRESS");
  const eta = minutes < 1 ? words.arriving : words.eta.replace("{minutes}", minutes);
  const seconds = order.truck ? Math.max(0, Math.round((Date.now() - Date.parse(order.truck.at)) / 1000)) : 0;
  const known = moving && order.eta_seconds !== null && seconds <= FRESH;
  main.querySelector(".eta").textContent = known ? eta : "";
  const seen =
    seconds < 100
      ? words.seen.replace("{seconds}", seconds)
      : words.old.replace("{minutes}", Math.round(seconds / 60));
  main.querySelector(".seen").textContent = connected ? (moving ? seen : "") : words.offline;
  main.classList.toggle("stale", !connected || seconds > 60);
}

/** Moves the drawn truck to a position in half a second, or at once when the user prefers reduced motion. */
function glide(to) {
  const from = drawn ?? to;
  const begun = performance.now();
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const step = (now) => {
    const part = still ? 1 : Math.min(1, (now - begun) / 500);
    drawn = {
      latitude: from.latitude + (to.latitude - from.latitude) * part,
      longitude: from.longitude + (to.longitude - from.longitude) * part,
    };
    draw();
    if (part < 1 && order.truck === to) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

/** Starts a new trail when another truck gets the job. */
function follow(id) {
  if (followed !== null && followed !== id) {
    trail.length = 0;
    drawn = null;
    order.truck = null;
    order.eta_seconds = null;
  }
  followed = id;
}

function applyEntry({ kind, body, seq }) {
  position.seq = seq;
  if (kind === "status") {
    order.status = body.status;
    follow(body.tow_truck);
    reload();
  }
  showStatus();
}

/** The truck's latest position. */
function applyPosition(body) {
  follow(Number(body.tow_truck_id));
  if (drawn) trail.push(drawn);
  if (trail.length > 500) trail.shift();
  order.truck = { latitude: body.latitude, longitude: body.longitude, at: body.updated_at };
  order.eta_seconds = body.eta_seconds ?? null;
  glide(order.truck);
  showStatus();
}

/** Counts requests to the server. */
let requests = 0;

/** Loads the present state; a later request or a newer position takes precedence. Reloads the page when the link has ended. */
async function reload() {
  requests += 1;
  const mine = requests;
  const answer = await fetch(`/api/v1/track/${token}/`);
  if (answer.status === 404) return location.reload();
  if (!answer.ok || mine !== requests) return;
  const state = await answer.json();
  // The answer may be some seconds behind the socket.
  if (order.truck && state.truck && Date.parse(order.truck.at) > Date.parse(state.truck.at)) {
    state.truck = order.truck;
    state.eta_seconds = order.eta_seconds;
  }
  Object.assign(order, state);
  if (!state.truck) trail.length = 0;
  drawn = order.truck && { ...order.truck };
  draw();
  showStatus();
}

/** Opens the socket after the last received entry. Reconnects with growing delays of up to half a minute. */
function listen(wait = 500) {
  const from = position.epoch === null ? "" : `?epoch=${position.epoch}&since=${position.seq}`;
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws/track/${token}/${from}`, [
    "caravan.v1",
  ]);
  let next = wait;
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.t === "welcome") {
      next = 500;
      connected = true;
      const begun = position.epoch === null;
      position = { epoch: frame.epoch, seq: begun || !frame.recovered ? frame.seq : position.seq };
      if (!begun) reload();
      showStatus();
    } else if (frame.t === "entry") applyEntry(frame);
    else if (frame.t === "latest" && frame.kind === "position") applyPosition(frame.body);
  };
  socket.onclose = ({ code }) => {
    if (code === 4001 || code === 4003 || code === 4004) return location.reload();
    connected = false;
    showStatus();
    setTimeout(() => listen(Math.min(30_000, next * 2)), next * (0.5 + Math.random()));
  };
}

new ResizeObserver(draw).observe(svg);
draw();
showStatus();
setInterval(showStatus, 1000);
listen();
