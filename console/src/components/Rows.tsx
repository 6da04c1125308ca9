// A short list inside a panel, with lines between its rows.

import { Skeleton, Stack } from "@mantine/core";
import { Children, type ReactNode } from "react";
import classes from "./Rows.module.css";

export function Rows({ label, busy, children }: { label: string; busy?: boolean; children: ReactNode }) {
  if (busy) {
    return (
      <Stack gap="sm" aria-busy>
        <Skeleton height={32} />
        <Skeleton height={32} width="80%" />
      </Stack>
    );
  }
  return (
    <ul className={classes.rows} aria-label={label}>
      {Children.map(children, (child) => child && <li>{child}</li>)}
    </ul>
  );
}
