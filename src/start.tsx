/** The start page: links to all parts, and the sample logins in development. */
import { page } from "./platform/http/pages/page.tsx";
import { route } from "./platform/http/route.ts";
import { isLocalOutbox } from "./platform/mail/mail.ts";
import { SAMPLE_LOGINS } from "./samples.ts";

const LINKS = [
  { href: "/docs/", name: "Documentation", about: "Quick start, guides, every error; searchable" },
  { href: "/play/", name: "Playground", about: "Every frame in sight, and a switch to cut the line" },
  { href: "/swagger/", name: "API reference", about: "Swagger UI, to try requests in" },
  { href: "/redoc/", name: "API handbook", about: "ReDoc, to read" },
  { href: "/asyncapi/", name: "Socket reference", about: "Every frame, with examples; AsyncAPI 3" },
  { href: "/admin/", name: "Staff console", about: "Orders, trucks on a live map, people, tickets" },
  { href: "/health/", name: "Health", about: "State of each part" },
];

export const startRoute = route({
  method: "get",
  path: "/",
  tag: "Pages",
  summary: "Start page",
  access: "public",
  hidden: true,
  responses: {},
  async handle({ ctx }) {
    const development = ctx.runtime.settings.environment === "development";
    const links = isLocalOutbox(ctx.runtime)
      ? [...LINKS, { href: "/dev/outbox/", name: "Mail outbox", about: "Mails and messages that were sent" }]
      : LINKS;
    return page(
      { title: "Caravan", locale: "en", scripts: development ? ["/static/start.js"] : [] },
      <main class="wide">
        <h1>Caravan</h1>
        <p class="lead">
          One backend at the edge for apps about people, places and moving things. New here?{" "}
          <a href="/docs/start/quick-start/">Two people chat in five minutes.</a>
        </p>
        <ul class="tiles">
          {links.map(({ href, name, about }) => (
            <li>
              <a href={href}>
                <strong>{name}</strong>
                <span>{about}</span>
              </a>
            </li>
          ))}
        </ul>
        {development ? <Development /> : null}
      </main>,
    );
  },
});

function Development() {
  return (
    <>
      <section>
        <h2>Sample logins</h2>
        <table>
          <thead>
            <tr>
              <th>Username</th>
              <th>Phone</th>
              <th>E-mail</th>
              <th>Password</th>
              <th>Role</th>
            </tr>
          </thead>
          <tbody>
            {SAMPLE_LOGINS.map((login) => (
              <tr>
                <td>{login.username}</td>
                <td>{login.phone ?? "—"}</td>
                <td>{login.email}</td>
                <td>
                  <code>{login.password}</code>
                </td>
                <td>{login.isStaff ? "staff" : login.userType.toLowerCase()}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section id="try" hidden>
        <h2>Try it here</h2>
        <p class="quiet">
          Signs in, creates an event with two participants, opens its socket and changes it, all through the
          public API.
        </p>
        <p>
          <button type="button" id="run">
            Create an event and watch it
          </button>
        </p>
        <ol id="steps" class="steps" aria-live="polite" />
      </section>
    </>
  );
}
