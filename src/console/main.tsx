/** The console's beginning. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";

// A chunk that is gone means that a newer console was deployed meanwhile.
addEventListener("vite:preloadError", () => location.reload());

const place = document.getElementById("console");
if (place)
  createRoot(place).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
