// Swagger UI. A sign-in that is tried out also authorizes. On a development server, which names its sample people, the
// bodies of all sign-ins have their logins, and one click on a name authorizes.

/** Operations that sign in by a password, and the property of their answer that `Authorize` takes. */
const SIGN_INS = [
  "/api/v1/auth/login/",
  "/api/v1/auth/token/login/",
  "/api/auth/signin/",
  "/api/token/",
  "/api/auth/token/",
  "/api/auth/login/",
  "/api/login/",
];

const dark = matchMedia("(prefers-color-scheme: dark)");
const followScheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", followScheme);
followScheme();

const viewer = document.querySelector("#viewer");
const people = await samplePeople(viewer.dataset.samples);

const ui = SwaggerUIBundle({
  url: "/swagger.json",
  domNode: viewer,
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  persistAuthorization: true,
  validatorUrl: null,
  responseInterceptor(response) {
    const path = new URL(response.url, location.href).pathname;
    if (path === "/swagger.json" && people.length > 0) response.text = withLogins(response.text);
    else if (response.ok && SIGN_INS.includes(`${path.replace(/\/$/, "")}/`))
      authorize(JSON.parse(response.text));
    return response;
  },
});
if (people.length > 0) viewer.before(signInBar());

async function samplePeople(address) {
  if (!address) return [];
  const response = await fetch(address);
  return response.ok ? (await response.json()).logins : [];
}

function authorize({ access, jwt, auth_token: key }) {
  const token = access ?? jwt;
  if (token) ui.preauthorizeApiKey("Bearer", token);
  if (key) ui.preauthorizeApiKey("Token", `Token ${key}`);
}

/** The document, with the logins of the sample people as the examples of all sign-ins. */
function withLogins(text) {
  const document = JSON.parse(text);
  for (const path of SIGN_INS)
    for (const media of Object.values(document.paths[path]?.post.requestBody.content ?? {})) {
      const { otp, ...fields } = Object.values(media.examples)[0].value;
      media.examples = Object.fromEntries(
        people.map((person) => [
          person.username,
          { summary: person.username, value: filled(fields, person) },
        ]),
      );
    }
  return JSON.stringify(document);
}

/** The sign-in's own fields with a person's values; `phone` takes a username, too. */
function filled(fields, { username, email, phone, password }) {
  const values = { username, email, phone: phone ?? username, password };
  return Object.fromEntries(Object.keys(fields).map((name) => [name, values[name] ?? fields[name]]));
}

function signInBar() {
  const bar = document.createElement("p");
  bar.className = "sign-in-bar";
  const said = document.createElement("output");
  bar.append(
    "Authorize as ",
    ...people.map((person) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = person.username;
      button.addEventListener("click", async () => {
        said.textContent = (await signIn(person))
          ? `Authorized as ${person.username}`
          : "The sign-in was refused";
      });
      return button;
    }),
    said,
  );
  return bar;
}

async function signIn({ username, password }) {
  const response = await fetch(SIGN_INS[0], {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ phone: username, password }),
  });
  if (response.ok) authorize(await response.json());
  return response.ok;
}
