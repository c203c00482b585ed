// The headers of the playground, which is a file: those of the pages that the Worker makes (platform/http/pages/page.tsx).
// A test compares both policies.
const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; style-src 'self'";

/** The part of `_headers` for `/play/`. */
export const PLAYGROUND_HEADERS = `/play/*
  Content-Security-Policy: ${POLICY}
  X-Content-Type-Options: nosniff
  X-Frame-Options: DENY
  Referrer-Policy: no-referrer
`;
