// The frame of pages for people who are not logged in: one column, one task.

import { Group, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { Logo } from "../../components/Logo";
import { useTitle } from "../../components/Page";
import classes from "./Door.module.css";

export function Door({ title, text, children }: { title: string; text?: ReactNode; children?: ReactNode }) {
  useTitle(title);
  return (
    <main className={classes.page}>
      <div className={classes.column}>
        <Group gap="xs" mb="xl">
          <Logo size={32} />
          <Text fw={600} fz={18}>
            Harken
          </Text>
        </Group>
        <Stack gap="lg">
          <Stack gap={4}>
            <Title order={1} fz={22}>
              {title}
            </Title>
            {text && <Text c="dimmed">{text}</Text>}
          </Stack>
          {children}
        </Stack>
      </div>
    </main>
  );
}
