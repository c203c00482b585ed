/** The AsyncAPI document as a page to read: static HTML, made when the assets are built. */
import { BUILT_ORIGIN } from "../../../http/documents/built-origin.ts";
import { PROTOCOL } from "../../socket/frames.ts";
import type { Channel } from "../channel.ts";
import { CHAPTERS } from "../guide.ts";
import { type Message, messagesOf } from "../messages.ts";
import { Fields } from "./fields.tsx";
import { Code, inline, Markdown } from "./markdown.tsx";

/** The whole page, of a server whose origin `document-routes.tsx` fills in. */
export function asyncApiPage(channels: readonly Channel[]): string {
  const described = channels.map((channel) => ({ channel, messages: messagesOf(channel) }));
  const common = new Map(
    described
      .flatMap(({ messages }) => messages.filter(({ isCommon, dialect }) => isCommon && dialect === "native"))
      .map((message) => [message.id, message]),
  );
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Sockets · Caravan</title>
        <link rel="icon" href="/static/favicon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/static/caravan.css" />
        <link rel="stylesheet" href="/static/asyncapi.css" />
      </head>
      <body>
        <div class="reference">
          <aside class="contents">
            <Contents channels={channels} />
          </aside>
          <main>
            <header>
              <nav>
                <a href="/">Caravan</a> / Sockets
              </nav>
              <h1>Sockets</h1>
              <p class="lead">
                Every frame of every socket, with its fields and an example. The same for machines:{" "}
                <a href="/asyncapi.json">asyncapi.json</a> (AsyncAPI 3). How to build on it:{" "}
                <a href="/docs/">documentation</a>. <a href="/docs/start/client/">The client</a> does what is
                written here by itself.
              </p>
            </header>
            <details class="contents">
              <summary>Contents</summary>
              <Contents channels={channels} />
            </details>
            {CHAPTERS.map(({ id, title, text }) => (
              <section id={id}>
                <h2>
                  <a href={`#${id}`}>{title}</a>
                </h2>
                <Markdown text={text} />
              </section>
            ))}
            <section id="shared-frames">
              <h2>
                <a href="#shared-frames">Frames that rooms share</a>
              </h2>
              <p>
                In each channel they look the same. On <code>/ws/me/</code> those of a subscribed room have
                its name as <code>room</code>, too.
              </p>
              <Frames title="You send" messages={[...common.values()].filter(isFromClient)} prefix="shared" />
              <Frames
                title="You receive"
                messages={[...common.values()].filter(isFromServer)}
                prefix="shared"
              />
            </section>
            {described.map(({ channel, messages }) => (
              <ChannelSection channel={channel} messages={messages} />
            ))}
          </main>
        </div>
      </body>
    </html>
  );
  return `<!doctype html>${page}`;
}

const isFromClient = ({ from }: Message) => from === "client";
const isFromServer = ({ from }: Message) => from === "server";

function Contents({ channels }: { channels: readonly Channel[] }) {
  return (
    <nav aria-label="Contents">
      <strong>Guide</strong>
      <ul>
        {CHAPTERS.map(({ id, title }) => (
          <li>
            <a href={`#${id}`}>{title}</a>
          </li>
        ))}
        <li>
          <a href="#shared-frames">Frames that rooms share</a>
        </li>
      </ul>
      <strong>Channels</strong>
      <ul>
        {channels.map(({ name, title, address }) => (
          <li>
            <a href={`#channel-${name}`}>
              {title} <small>{address}</small>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function ChannelSection({ channel, messages }: { channel: Channel; messages: readonly Message[] }) {
  const { name, title, address, id, description, access, room, documented } = channel;
  const origin = BUILT_ORIGIN.replace("https:", "wss:");
  const native = messages.filter(({ dialect }) => dialect === "native");
  return (
    <section id={`channel-${name}`} class="channel">
      <h2>
        <a href={`#channel-${name}`}>{title}</a>
      </h2>
      <p class="address">
        <code>
          {origin}
          {address}
        </code>
      </p>
      <p>{inline(description)}</p>
      <dl>
        <dt>Who</dt>
        <dd>{inline(access[0]?.toUpperCase() + access.slice(1))}</dd>
        {id ? (
          <>
            <dt>
              <code>{"{id}"}</code>
            </dt>
            <dd>{inline(id)}</dd>
          </>
        ) : null}
        {room ? (
          <>
            <dt>Room</dt>
            <dd>
              <code>{room}</code> in <code>subscribe</code> and in tickets
            </dd>
          </>
        ) : null}
      </dl>
      <Frames title="You send" messages={native.filter(isFromClient)} prefix={name} linksCommon />
      <Frames title="You receive" messages={native.filter(isFromServer)} prefix={name} linksCommon />
      {documented ? (
        <details class="dialect">
          <summary>
            Without the sub-protocol <code>{PROTOCOL}</code>
          </summary>
          <p>{inline(documented.description[0]?.toUpperCase() + documented.description.slice(1))}</p>
          <Frames
            title="You send"
            messages={messages.filter((message) => message.dialect === "documented" && isFromClient(message))}
            prefix={name}
          />
          <Frames
            title="You receive"
            messages={messages.filter((message) => message.dialect === "documented" && isFromServer(message))}
            prefix={name}
          />
        </details>
      ) : null}
    </section>
  );
}

interface FramesProps {
  readonly title: string;
  readonly messages: readonly Message[];
  readonly prefix: string;
  /** Frames that all channels share are links. */
  readonly linksCommon?: boolean;
}

function Frames({ title, messages, prefix, linksCommon = false }: FramesProps) {
  const common = linksCommon ? messages.filter(({ isCommon }) => isCommon) : [];
  const own = messages.filter((message) => !common.includes(message));
  if (messages.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      {own.map((message) => (
        <Frame message={message} prefix={prefix} />
      ))}
      {common.length > 0 ? (
        <p class="common">
          {own.length > 0 ? "And, as in all rooms that have them: " : "As in all rooms that have them: "}
          {common.map(({ id, title: name, summary }, index) => (
            <>
              {index > 0 ? ", " : ""}
              <a href={`#shared-${id}`} title={summary}>
                <code>{name}</code>
              </a>
            </>
          ))}
        </p>
      ) : null}
    </>
  );
}

function Frame({ message, prefix }: { message: Message; prefix: string }) {
  const { id, title, summary, description, example } = message;
  return (
    <details class="frame" id={`${prefix}-${id}`}>
      <summary>
        <code>{title}</code> <span>{inline(summary)}</span>
      </summary>
      <div class="inside">
        <div>
          {description ? <p>{inline(description)}</p> : null}
          <Fields message={message} />
        </div>
        <Code text={typeof example === "string" ? example : JSON.stringify(example, null, 2)} />
      </div>
    </details>
  );
}
