/** The origin of the server in the API documents as they are built, and the change to the one that a client asks. */

export const BUILT_ORIGIN = "https://origin.invalid";

/** A built document of the server at `origin`. OpenAPI names the origin, AsyncAPI its host and the protocol of sockets. */
export function documentFor(origin: string, built: string): string {
  const { host, protocol } = new URL(origin);
  const sockets = { host, protocol: protocol === "https:" ? "wss" : "ws" };
  const { host: builtHost } = new URL(BUILT_ORIGIN);
  return built
    .replace(BUILT_ORIGIN, origin)
    .replace(JSON.stringify({ host: builtHost, protocol: "wss" }), JSON.stringify(sockets));
}
