// A metric's passport: what it says, how it is computed, of which signals, and which way is better.

import { Code, Drawer, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Copyable } from "../../components/Copyable";
import { Failure } from "../../components/Failure";
import { filterText } from "../../signals/filter/tree";
import { metricQuery } from "../figures";
import type { Asked } from "./question";

interface Props {
  asked: Asked;
  opened: boolean;
  close: () => void;
}

export function Passport({ asked, opened, close }: Props) {
  const { t } = useTranslation();
  const { data: metric, error, refetch } = useQuery({ ...metricQuery(asked.metric), enabled: opened });
  return (
    <Drawer
      opened={opened}
      onClose={close}
      position="right"
      size="md"
      title={t("passport.title", { metric: metric?.title ?? asked.metric })}
      closeButtonProps={{ "aria-label": t("close") }}
      transitionProps={{ duration: 120 }}
    >
      {error && <Failure error={error} retry={refetch} />}
      {metric && (
        <Stack gap="md">
          <Part name={t("passport.definition")}>
            <Text size="sm">{metric.definition}</Text>
          </Part>
          <Part name={t("passport.formula")}>
            <Code block>{metric.formula}</Code>
          </Part>
          <Part name={t("passport.filter")}>
            <Code block>{filterText(metric.filter)}</Code>
          </Part>
          <Part name={t("passport.unit")}>
            <Text size="sm">{t(`passport.units.${metric.unit}`)}</Text>
          </Part>
          <Part name={t("passport.polarity")}>
            <Text size="sm">{t(`passport.polarities.${metric.polarity}`)}</Text>
          </Part>
          <Part name={t("passport.interval")}>
            <Text size="sm">{t("passport.interval_text")}</Text>
          </Part>
          <Part name={t("passport.version")}>
            <Text size="sm">
              {metric.version} · <Code>{metric.name}</Code>
            </Text>
          </Part>
          <Part name={t("passport.query")}>
            <Copyable text={command(asked)} label={t("passport.query")} />
          </Part>
        </Stack>
      )}
    </Drawer>
  );
}

function Part({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Stack gap={4} component="section">
      <Title order={3} fz="xs" c="dimmed" fw={500}>
        {name}
      </Title>
      {children}
    </Stack>
  );
}

/** The same question for a shell. */
function command({ metric, by, every, where }: Asked): string {
  const quoted = (text: string) => (/^[\w.-]+$/.test(text) ? text : `"${text.replace(/[\\"$`]/g, "\\$&")}"`);
  return [
    "harken query",
    quoted(metric),
    ...by.map((field) => `--by ${quoted(field)}`),
    every && `--every ${every}`,
    where && `--where ${quoted(where)}`,
  ]
    .filter(Boolean)
    .join(" ");
}
