// The frame around every page: theme, answers kept in memory, routes, toasts.

import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { queryClient } from "../api/queries";
import { router } from "./router";
import { styleNonce } from "./security";
import { theme, variables } from "./theme";

// public/scheme.js reads the same key before anything is drawn.
const scheme = localStorageColorSchemeManager({ key: "harken.scheme" });

export function App() {
  return (
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={variables}
        colorSchemeManager={scheme}
        defaultColorScheme="auto"
        getStyleNonce={() => styleNonce() ?? ""}
      >
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
          <Notifications position="bottom-right" autoClose={6000} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>
  );
}
