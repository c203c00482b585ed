// The start page's demonstration: the public API and one socket, nothing else.
const section = document.querySelector("#try");
const button = document.querySelector("#run");
const steps = document.querySelector("#steps");
section.hidden = false;

function say(words, detail) {
  const item = document.createElement("li");
  item.textContent = words;
  if (detail !== undefined) {
    const code = document.createElement("code");
    code.textContent = typeof detail === "string" ? detail : JSON.stringify(detail);
    item.append(code);
  }
  steps.append(item);
}

async function call(method, path, body, token) {
  const headers = { "content-type": "application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await fetch(path, { method, headers, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

function opened(socket) {
  return new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", () => reject(new Error("the socket did not open")), { once: true });
  });
}

async function demonstrate() {
  const { access } = await call("POST", "/api/auth/signin/", {
    username: "client1",
    password: "password123",
  });
  say("Signed in as client1.");
  const start = new Date(Date.now() + 20 * 60_000);
  const end = new Date(start.getTime() + 3600_000);
  const event = {
    name: "Evening ride",
    starting_time: start.toISOString(),
    end_time: end.toISOString(),
    location: "Old bridge",
    participants: ["client1", "driver1"],
  };
  const { id } = await call("POST", "/api/events/", event, access);
  say(
    "Created an event; its participants get a letter, and a reminder within a minute, since it starts soon.",
    id,
  );
  const socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws/events/${id}/`, "caravan.v1");
  socket.addEventListener("message", ({ data }) => say("The socket says", data));
  await opened(socket);
  await call("PUT", `/api/event/${id}/`, { location: "New bridge" }, access);
  say("Moved it to the new bridge. The letters are in the outbox.");
  setTimeout(() => socket.close(), 3000);
}

button.addEventListener("click", async () => {
  button.disabled = true;
  steps.replaceChildren();
  try {
    await demonstrate();
  } catch (error) {
    say(String(error.message ?? error));
  }
  button.disabled = false;
});
