// What a metric's passport says: definition, formula, of which signals, unit, polarity, interval, sample rule, version.

import { Code, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { filterText } from "../../signals/filter/tree";
import type { Metric } from "../figures";

export function PassportParts({ metric, level = 3 }: { metric: Metric; level?: 3 | 4 }) {
  const { t } = useTranslation();
  const parts: [string, ReactNode][] = [
    [t("passport.definition"), metric.definition],
    [
      t("passport.formula"),
      <Code block key="formula">
        {metric.formula}
      </Code>,
    ],
    [
      t("passport.filter"),
      <Code block key="filter">
        {filterText(metric.filter)}
      </Code>,
    ],
    [t("passport.unit"), t(`passport.units.${metric.unit}`)],
    [t("passport.polarity"), t(`passport.polarities.${metric.polarity}`)],
    [t("passport.interval"), t(`passport.intervals.${metric.interval}`)],
    [t("passport.sample"), t("passport.sample_text", { sure: metric.sure_from, shown: metric.shown_from })],
    [
      t("passport.version"),
      <>
        {metric.version} · <Code>{metric.name}</Code>
      </>,
    ],
  ];
  return parts.map(([name, content]) => (
    <Part key={name} name={name} level={level}>
      {content}
    </Part>
  ));
}

export function Part({ name, level = 3, children }: { name: string; level?: 3 | 4; children: ReactNode }) {
  return (
    <Stack gap={4} component="section">
      <Title order={level} fz="xs" c="dimmed" fw={500}>
        {name}
      </Title>
      <Text size="sm" component="div">
        {children}
      </Text>
    </Stack>
  );
}
