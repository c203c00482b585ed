/** Builds the playground into static files below `/play/`. `scripts/assets.mjs` runs it. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  base: "/play/",
  logLevel: "warn",
  publicDir: false,
  plugins: [react()],
  build: {
    target: "es2023",
    modulePreload: { polyfill: false },
    // The policy allows files of this server only, and no inline ones.
    assetsInlineLimit: 0,
    rollupOptions: {
      output: {
        // The same names in each build: a development server that runs already finds them.
        entryFileNames: "main.js",
        assetFileNames: "play[extname]",
      },
    },
  },
});
