// A row's name that opens what is behind it on the same page.

import { Anchor } from "@mantine/core";
import type { ReactNode } from "react";

export function OpenButton({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <Anchor component="button" type="button" size="sm" fw={500} ta="start" onClick={onClick}>
      {children}
    </Anchor>
  );
}
