// Where the console begins.

import "@fontsource-variable/inter";
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
import "./app/base.css";
import "./i18n";
import { createRoot } from "react-dom/client";
import { Problem } from "./api/problem";
import { App } from "./app/App";
import { guard } from "./app/security";

guard();

const root = document.getElementById("root");
// What the server refused is shown on the page, in words; the browser's console hears of our own defects alone.
if (root) createRoot(root, { onCaughtError }).render(<App />);

function onCaughtError(error: unknown) {
  if (!(error instanceof Problem)) reportError(error);
}
