/**
 * PDF: recognized by its beginning and end, and stored unchanged. Its metadata stays: it may be in compressed streams,
 * and a change would invalidate a signature. Only the owner and staff can open documents.
 */
import { ascii, Reading } from "./reading.ts";

/** Bytes at the end in which readers look for the end mark. */
const TAIL = 1024;

export function readPdf(bytes: Uint8Array): Reading {
  const reading = new Reading(bytes);
  const tail = ascii(bytes, Math.max(0, bytes.length - TAIL), TAIL);
  // A PDF has no pixels.
  reading.size(1, 1);
  reading.hasData = tail.includes("startxref");
  reading.end = tail.includes("%%EOF") ? bytes.length : null;
  return reading;
}
