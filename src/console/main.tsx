/** Entry point of the console. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";

// A missing chunk means that a newer console was deployed.
addEventListener("vite:preloadError", () => location.reload());

const place = document.getElementById("console");
if (place)
  createRoot(place).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
