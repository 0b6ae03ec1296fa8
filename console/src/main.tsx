import { createRoot } from "react-dom/client";
import { markOutdated } from "./api/live";
import { begin } from "./api/session";
import { App } from "./app";
import "./styles/index.css";

// A part that is gone: the platform was upgraded under this page.
addEventListener("vite:preloadError", markOutdated);
// A link signs in first; every other page asks who it is.
if (!location.pathname.endsWith("/login")) void begin();
createRoot(document.getElementById("root")!).render(<App />);
