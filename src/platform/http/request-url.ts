/** The address of a request, parsed once: several steps on a request's way ask for parts of it. */
const parsed = new WeakMap<Request, URL>();

/** Shared by all who ask: to change it, make another. */
export function urlOf(request: Request): Readonly<URL> {
  let url = parsed.get(request);
  if (!url) {
    url = new URL(request.url);
    parsed.set(request, url);
  }
  return url;
}
