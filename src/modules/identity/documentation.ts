/** Texts and examples of accounts, sessions, second factors and API keys, for the API documents. */
import { type Documentation, time, uuidOf } from "../../platform/http/documents/documentation.ts";

const ACCESS = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMiIsInR5cGUiOiJhY2Nlc3MifQ.Jm0Yb1uT0u2n";
const REFRESH = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMiIsInR5cGUiOiJyZWZyZXNoIn0.k3Wq9Zr2x1c4";

export const documentation: Documentation = {
  tags: { "API keys": "Keys for servers: made by a person, with scopes of their own, and an end." },
  properties: {
    access: ["Access token, for `Authorization: Bearer`. Lives for minutes.", ACCESS],
    refresh: ["Refresh token: exchanged for a new pair.", REFRESH],
    auth_token: ["Session key, for `Authorization: Token`.", "9b2f0c4d7a1e4c83b6d5"],
    app: ["App that the session belongs to.", "towTruck"],
    avatar: [
      "Address of the picture; null without one. The picture itself in a form.",
      "https://caravan.example/media/avatar/12.jpg",
    ],
    challenge: ["What the passkey signs, base64url.", "q83vASNFZ4mrze8"],
    clientDataJSON: ["As the browser returns it, base64url.", "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0"],
    clientExtensionResults: ["As the browser returns it.", {}],
    credential: "What `navigator.credentials` returned, as JSON.",
    current: "Whether it is the session of this request.",
    date_joined: time("When the account was made."),
    expires_in: ["Seconds until it ends.", 300],
    expires_in_days: ["Days until the key ends; 90 when left out.", 90],
    is_synced: "Whether the passkey is kept by a provider, and so is on other devices too.",
    is_verified: "Whether the e-mail address or the phone is confirmed.",
    key: ["The secret; shown here only.", "9b2f0c4d7a1e4c83b6d5"],
    last_seen_at: time("When the session was used last, to some minutes."),
    last_used_at: time("When it was used last; null before."),
    new_password: ["The new password: at least eight characters, not a common one.", "winter-Lantern-42"],
    new_password1: ["The new password.", "winter-Lantern-42"],
    new_password2: ["The new password once more.", "winter-Lantern-42"],
    new_password_confirm: ["The new password once more.", "winter-Lantern-42"],
    old_password: ["The password that the account has now.", "autumn-Lantern-41"],
    on_duty: "Whether the driver takes orders. Drivers only.",
    passkeys: "The account's passkeys.",
    password1: ["The password.", "winter-Lantern-42"],
    password2: ["The password once more.", "winter-Lantern-42"],
    password_confirm: ["The password once more.", "winter-Lantern-42"],
    prefix: ["First characters of the key, to recognize it by.", "ck_9b2f"],
    rawId: ["As the browser returns it, base64url.", "q83vASNFZ4mrze8"],
    recovery_codes: ["One-time codes; shown here only.", ["7h2k-9m4p", "x3wq-8r5t"]],
    recovery_codes_left: ["Number of recovery codes that are not used.", 9],
    response: "As the browser returns it.",
    scopes: ["What the key may do: a resource and `read` or `write`.", ["orders:read", "orders:write"]],
    secret: ["The secret; shown here only.", "JBSWY3DPEHPK3PXP"],
    totp: "The authenticator app; null without one.",
    uri: [
      "Address for an authenticator app, to be shown as a QR code.",
      "otpauth://totp/Caravan:anna?secret=JBSWY3DPEHPK3PXP&issuer=Caravan",
      "uri",
    ],
    user_agent: ["Program of the device.", "Caravan/4.2 (Android 16)"],
    user_type: "Role of the account.",
    user_type_label: ["Role, as people read it.", "Client"],
  },
  schemas: {
    Device: {
      id: ["The session's id.", "9b2f0c4d7a1e"],
      address: ["Network address of the last request.", "203.0.113.7"],
    },
    ApiKey: { id: uuidOf("The key's id.") },
    ApiKeyMade: {
      id: uuidOf("The key's id."),
      key: ["The whole key; shown here only.", "ck_9b2f0c4d7a1e4c83b6d5"],
    },
    NewApiKey: { name: ["Name, to recognize the key by.", "Fleet reports"] },
    Passkey: { name: ["Name, to recognize the passkey by.", "Anna's phone"] },
    "NewPasskey PasskeyChange": { name: ["Name, to recognize the passkey by.", "Anna's phone"] },
    PasskeyCredential: {
      id: ["As the browser returns it, base64url.", "q83vASNFZ4mrze8"],
      type: "Always `public-key`.",
    },
    PasskeyOptions: {
      "": [
        "Options for `navigator.credentials`, as JSON.",
        { challenge: "q83vASNFZ4mrze8", timeout: 300000, rpId: "caravan.example" },
      ],
    },
    Login: { phone: ["Phone, e-mail or username.", "+79161234567"] },
    SecondFactors: {
      required: "Whether this account has to have a second factor.",
      "totp.created_at": time("When it was set up."),
    },
    StartCode: { code: ["The code that the client tells the driver.", "4829"] },
  },
  operations: {
    "POST /api/v1/auth/register/": {
      description:
        "Signs the new account in. Where accounts are confirmed first, the answer has a `detail` and no tokens.",
    },
    "POST /api/v1/auth/login/": {
      description:
        "`phone` takes a phone, an e-mail address or a username. An account with a second factor is refused with the code `otp_required` and its `methods`; send the request again with `otp`.",
      body: { phone: "anna@caravan.example", password: "winter-Lantern-42" },
    },
    "POST /api/v1/auth/password/reset/confirm/": {
      description: "Ends every session of the account. Wrong codes are counted, and limited.",
    },
    "POST /api/v1/auth/token/login/": {
      description:
        "The key is sent as `Authorization: Token <auth_token>`. An account with a second factor needs `otp`.",
    },
    "POST /api/v1/users/reset_password/": {
      description:
        "An address without an account is a fault of `email`, because this app's clients rely on it.",
    },
    "POST /api/v1/users/reset_password/validate_token/": {
      description: "Asking does not use the code up. Wrong codes are counted, and limited.",
    },
    "POST /api/v1/users/": {
      description: "Does not sign in: `POST /api/v1/auth/token/login/` returns the key.",
    },
    "GET /api/v1/users/me/export/": {
      answers: {
        200: {
          example: { account: { id: 12, username: "anna" }, chats: [], orders: [], events: [] },
          headers: { "Content-Disposition": "Name of the file." },
        },
      },
    },
  },
  parameters: {
    "/api/v1/auth/sessions/": { id: ["The session's id.", "9b2f0c4d7a1e"] },
    "/api/v1/auth/passkeys/": { id: ["The passkey's id.", 12] },
  },
};
