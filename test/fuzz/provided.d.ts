import "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** How much is tried, and from which seed on: `npm run fuzz` tries more. */
    fuzz: { readonly seed: number; readonly requests: number; readonly frames: number };
  }
}
