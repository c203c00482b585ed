// Shows Caravan's pushes, as a service worker. Register it on your own origin:
//   navigator.serviceWorker.register("/push-worker.js")
// where that file is a copy of this one, or one line: importScripts("https://your-server/static/push-worker.js");

/** What the push says; something must be shown even when it can't be read: browsers demand it. */
function readPush(event) {
  try {
    return event.data.json();
  } catch {
    return { title: "Caravan", body: "", tag: "caravan", data: {} };
  }
}

/** Shows it. A later one with the same tag replaces it; one that is worthless by now goes away again. */
async function show({ title, body, tag, data }) {
  await self.registration.showNotification(title, {
    body,
    tag,
    data,
    // A replaced text is news, too: the newest message of a chat.
    renotify: true,
  });
  const left = Date.parse(data.expires_at) - Date.now();
  // An offer lives for seconds. A service worker lives for about as long; a day is no time to wait for.
  if (!(left < LONGEST_WAIT)) return;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, left)));
  for (const shown of await self.registration.getNotifications({ tag })) shown.close();
}
const LONGEST_WAIT = 25_000;

/** Brings the app's window to the front, or opens one, and tells it what was chosen. */
async function open({ data }) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const [window] = windows;
  if (!window) return self.clients.openWindow("/");
  window.postMessage({ type: "caravan.push", data });
  return window.focus();
}

self.addEventListener("push", (event) => event.waitUntil(show(readPush(event))));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification));
});
