/** Builds the console into files that the Worker serves under `/console/`. `scripts/assets.mjs` runs it. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  base: "/console/",
  logLevel: "warn",
  publicDir: false,
  plugins: [react()],
  worker: {
    format: "es",
    rollupOptions: { output: { entryFileNames: "chunks/[name]-[hash].js" } },
  },
  build: {
    target: "es2023",
    modulePreload: { polyfill: false },
    // The map library is large and in a separate chunk, loaded with its page only.
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      input: [`${import.meta.dirname}/main.tsx`, `${import.meta.dirname}/console.css`],
      output: {
        entryFileNames: "main.js",
        chunkFileNames: "chunks/[name]-[hash].js",
        assetFileNames: ({ names }) =>
          names.includes("console.css") ? "console.css" : "chunks/[name]-[hash][extname]",
      },
    },
  },
});
