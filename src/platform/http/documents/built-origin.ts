/** The origin of the server in the API documents as they are built, and the change to the one that a client asks. */

export const BUILT_ORIGIN = "https://origin.invalid";

/** A built document of the server at `origin`. AsyncAPI names the host and the protocol of sockets, too. */
export function documentFor(origin: string, built: string): string {
  const { host, protocol } = new URL(origin);
  const sockets = protocol === "https:" ? "wss" : "ws";
  const { host: builtHost } = new URL(BUILT_ORIGIN);
  return built
    .replaceAll(BUILT_ORIGIN, origin)
    .replaceAll(`wss://${builtHost}`, `${sockets}://${host}`)
    .replace(
      `"host":"${builtHost}","protocol":"wss"`,
      `"host":${JSON.stringify(host)},"protocol":"${sockets}"`,
    );
}
