// Where the console begins.

import "@fontsource-variable/inter";
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
import "./app/base.css";
import "./i18n";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { guard } from "./app/security";

guard();

const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);
