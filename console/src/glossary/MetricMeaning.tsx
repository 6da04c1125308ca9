// What a metric means, opened where its figure stands.

import { ActionIcon, Popover, Stack, Text } from "@mantine/core";
import { BookOpen } from "lucide-react";
import { useTranslation } from "react-i18next";
import { TextLink } from "../components/TextLink";
import type { Metric } from "../insights/figures";
import classes from "./MetricMeaning.module.css";

export function MetricMeaning({ metric: { name, title, definition } }: { metric: Metric }) {
  const { t } = useTranslation();
  return (
    <Popover position="bottom-end" width={300} shadow="md" withinPortal trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={24}
          className={classes.button}
          aria-label={t("glossary.means", { title })}
        >
          <BookOpen size={14} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap={6}>
          <Text size="sm" fw={500}>
            {title}
          </Text>
          <Text size="sm">{definition}</Text>
          <TextLink to="/glossary" search={{ search: name }} fz="xs">
            {t("glossary.open")}
          </TextLink>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
