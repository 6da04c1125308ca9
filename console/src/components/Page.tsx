// The head and the measure of every page: title, one line of what it answers, actions on the right.

import { Group, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import classes from "./Page.module.css";

interface Props {
  title: string;
  /** What the page answers, in one line. */
  about?: ReactNode;
  actions?: ReactNode;
  /** Pages that are read have a narrower measure than those that are scanned. */
  narrow?: boolean;
  children: ReactNode;
}

export function Page({ title, about, actions, narrow, children }: Props) {
  useTitle(title);
  return (
    <div className={narrow ? classes.narrow : classes.wide} data-narrow={narrow}>
      <Group justify="space-between" align="flex-start" gap="md" mb="lg" wrap="wrap">
        <Stack gap={4} className={classes.words}>
          <Title order={1}>{title}</Title>
          {about && <Text c="dimmed">{about}</Text>}
        </Stack>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      <Stack gap="lg">{children}</Stack>
    </div>
  );
}

export function useTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · Harken`;
  }, [title]);
}
