// Nothing here yet: one sentence, one picture, one button.

import { Stack, Text, ThemeIcon, Title } from "@mantine/core";
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

interface Props {
  icon: LucideIcon;
  title: string;
  text: ReactNode;
  action?: ReactNode;
  /** The level of its heading; 1 where it is all there is. */
  level?: 1 | 2 | 3;
}

export function Empty({ icon: Icon, title, text, action, level = 3 }: Props) {
  return (
    <Stack align="center" gap="sm" py={48} px="md" ta="center">
      <ThemeIcon size={48} radius="xl" variant="light" aria-hidden>
        <Icon size={22} />
      </ThemeIcon>
      <Title order={level}>{title}</Title>
      <Text c="dimmed" size="sm" maw={440}>
        {text}
      </Text>
      {action}
    </Stack>
  );
}
