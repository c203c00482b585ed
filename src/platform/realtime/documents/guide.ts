/** What all sockets have in common, as a text to read: the description of the AsyncAPI document. */
import { TICKET_LIFETIME } from "../handshake/tickets.ts";
import { LIMITS, MAX_FAULTS, PROTOCOL } from "../socket/frames.ts";
import { CLOSE_CODES, REFUSED_HANDSHAKES } from "./close-codes.ts";
import { WAYS } from "./security.ts";

export interface Chapter {
  readonly id: string;
  readonly title: string;
  /** CommonMark. */
  readonly text: string;
}

const handshakes = Object.values(WAYS)
  .map(({ title, scheme, handshake, code }) => {
    const browser = code ? `\nIn a browser:\n\n\`\`\`js\n${code}\n\`\`\`\n` : "";
    return `### ${title}\n\n${scheme.description}\n\n\`\`\`http\n${handshake}\n\`\`\`\n${browser}`;
  })
  .join("\n");

const closeCodes = Object.entries(CLOSE_CODES)
  .map(([code, { name, meaning, clientDoes }]) => `| ${code} | ${name} | ${meaning} | ${clientDoes} |`)
  .join("\n");

const refusals = Object.entries(REFUSED_HANDSHAKES)
  .map(([status, { meaning, clientDoes }]) => `| ${status} | ${meaning} | ${clientDoes} |`)
  .join("\n");

export const CHAPTERS: readonly Chapter[] = [
  {
    id: "start",
    title: "Start here",
    text: `A socket opens one **room**: a chat, an event, an order, a truck. Or \`/ws/me/\`, your own socket, which carries your notifications and any rooms that you subscribe to. An app needs only that one.

Every room is a journal. What is said there becomes an **entry** with a position, \`seq\`, which rises by one and has no gaps. The server stores an entry, then acknowledges it to its author, then sends it to everybody. So what was acknowledged is never lost, and everybody sees the same entries in the same order, each once.

\`\`\`js
const socket = new WebSocket("wss://origin.invalid/ws/me/", ["${PROTOCOL}", "auth." + token]);
socket.onmessage = ({ data }) => show(JSON.parse(data));
socket.onopen = () => socket.send(JSON.stringify({ t: "subscribe", room: "chat:3" }));
\`\`\`

All frames are text with one JSON object, at most ${LIMITS.frame} bytes. A client may send ${LIMITS.rate} frames a second.`,
  },
  {
    id: "dialects",
    title: "Two dialects",
    text: `**Native**, \`${PROTOCOL}\`: the dialect of every room, for new clients. It has acknowledgements, positions, resume, presence and errors with codes. Ask for it by the sub-protocol \`${PROTOCOL}\`.

**Documented**: what the documents of the older apps describe, for the clients that were shipped. A socket without the sub-protocol \`${PROTOCOL}\` speaks it. It has no positions and can't resume. Each channel shows its frames apart.

Both see the same room: what one says, the other reads.`,
  },
  {
    id: "credentials",
    title: "Signing in",
    text: `A handshake carries an access token or a session key, as REST does. If several are given, the server takes the first of: ticket, sub-protocol, address, header, cookie. A wrong one in the ticket, the sub-protocol or the address is refused with 401; a stale header or cookie counts as none. An API key opens no socket.

${handshakes}
### While it is open

\`welcome.ttl\` says in how many seconds the credential expires; then the socket closes with 4001. About 30 seconds before that, send a new token:

\`\`\`json
{"t":"auth","token":"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl"}
\`\`\`

The socket stays open and misses nothing. A ticket lives ${TICKET_LIFETIME} seconds and opens one socket, which lives as long as the credential with which the ticket was bought.`,
  },
  {
    id: "heartbeat",
    title: "Heartbeat and presence",
    text: `Send exactly these bytes when the socket has opened, and then every ${LIMITS.ping} seconds, whatever else you send:

\`\`\`json
{"t":"ping"}
\`\`\`

The answer is \`{"t":"pong"}\`. If nothing at all has come for ${LIMITS.silence} seconds, the connection is dead, whatever the browser says: close it and connect again. Do so at once when the device comes online or the page becomes visible.

The first one matters: a client that has sent nothing at all may hear up to ten seconds late that the server has closed its socket.

A person whose sockets have been silent for ${LIMITS.silence} seconds is not **present**: the others see it, and new messages notify that person as if away.`,
  },
  {
    id: "writing",
    title: "Writing, exactly once",
    text: `Give everything that you \`say\` a \`ref\` of your own, and keep it until its \`ack\` comes:

1. Put it into a queue that survives the app, and send it.
2. \`ack\` with its ref: it is stored, at position \`seq\`. Remove it from the queue.
3. \`error\` with its ref: it was not stored. \`too_many\` and \`unavailable\` pass, so send it again later; any other code is final.
4. The connection broke before either: you can't know. Connect again and send it with the **same ref**. If it was stored before, you get its first \`ack\` again, and nothing is doubled.

You also get your own entry, like everybody. Know it by \`by\` and \`ref\`.

After ${MAX_FAULTS} faulty frames in a row the socket closes with 4400; a good one resets the count.`,
  },
  {
    id: "resume",
    title: "Resume after a break",
    text: `You keep two things for each room: \`epoch\`, and the \`seq\` of the last entry that you have handled.

**You connect for the first time.** \`welcome\` says \`epoch\` and the room's \`seq\`. Load the history through REST, and go on from there.

\`\`\`json
{"t":"welcome","epoch":"5f1c20ab","seq":40,"ttl":3540,"recovered":true,"limits":{…}}
{"t":"entry","seq":41,"kind":"message","at":"2026-05-04T09:30:00.000Z","by":9,"body":{"text":"Where are you?"}}
\`\`\`

**The line breaks.** Three entries are written meanwhile. You connect again and name your position:

\`\`\`http
GET /ws/chat/3/?epoch=5f1c20ab&since=41 HTTP/1.1
\`\`\`

**The server has them all.** \`recovered\` is true. The missed entries follow in order, then everything as it happens. There is no moment in between in which one could be lost.

\`\`\`json
{"t":"welcome","epoch":"5f1c20ab","seq":44,"ttl":3420,"recovered":true,"limits":{…}}
{"t":"entry","seq":42,…}
{"t":"entry","seq":43,…}
{"t":"entry","seq":44,…}
\`\`\`

**The server no longer has them.** You were away for very long, or the journal began anew. \`recovered\` is false, and nothing follows. Reload the room through REST, take the new \`epoch\` and \`seq\`, and go on. There is never a gap that you are not told of.

On \`/ws/me/\` it is the same for each room: \`subscribe\` takes \`epoch\` and \`since\`, \`subscribed\` answers with \`recovered\`. Your own notifications resume by the address, as in any room.

An entry of kind \`hidden\` or \`erased\` has no content for you, and still a position: move past it. \`latest\` frames have no position and are not part of this.`,
  },
  {
    id: "close-codes",
    title: "Close codes",
    text: `| Code | Name | What it means | What you do |
|---|---|---|---|
${closeCodes}

On \`/ws/me/\` the same codes come in \`unsubscribed\`, for one room only; the socket stays open.`,
  },
  {
    id: "refusals",
    title: "Refused handshakes",
    text: `A handshake that is refused is answered by HTTP, with an error as in REST. Browsers tell the page nothing but 1006.

| Status | What it means | What you do |
|---|---|---|
${refusals}`,
  },
];

/** The description of the document: all chapters. */
export function guide(): string {
  return CHAPTERS.map(({ title, text }) => `## ${title}\n\n${text}`).join("\n\n");
}
