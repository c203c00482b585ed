/**
 * PDF: taken by its beginning and its end, and kept byte for byte. Its metadata stays: it may stand in packed streams,
 * and a signed paper that is changed is not signed any more. Only its owner and staff open documents.
 */
import { ascii, Reading } from "./reading.ts";

/** How far from the end readers look for the mark of it. */
const TAIL = 1024;

export function readPdf(bytes: Uint8Array): Reading {
  const reading = new Reading(bytes);
  const tail = ascii(bytes, Math.max(0, bytes.length - TAIL), TAIL);
  // Paper has no pixels.
  reading.size(1, 1);
  reading.hasData = tail.includes("startxref");
  reading.end = tail.includes("%%EOF") ? bytes.length : null;
  return reading;
}
