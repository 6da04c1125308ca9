// One figure as people read it: the value, or in words why there is none, with how sure it is.

import { Badge, Text, Tooltip } from "@mantine/core";
import { TrendingDown, TrendingUp } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Comparison } from "./compare";
import classes from "./Figure.module.css";
import { hasInterval, isShown, type Row, type Unit } from "./figures";
import { difference, exact, ratio, short, whole } from "./numbers";
import { useCurrency } from "./periods";

/** Writes values of one unit; `currency` is the answer's, where it has one. */
export function useWriter(unit: Unit, currency?: string | null) {
  const { i18n } = useTranslation();
  const own = useCurrency();
  const options = { language: i18n.language, currency: currency ?? own };
  return {
    short: (value: number) => short(value, unit, options),
    exact: (value: number) => exact(value, unit, options),
    difference: (value: number) => difference(value, unit, options),
    whole: (value: number) => whole(value, options.language),
    ratio: (value: number) => ratio(value, options.language),
  };
}

export type Writer = ReturnType<typeof useWriter>;

export function Value({ row, writer, large }: { row: Row | undefined; writer: Writer; large?: boolean }) {
  const { t } = useTranslation();
  if (row && isShown(row)) {
    const text = writer.short(row.value);
    return (
      <span className={large ? classes.large : undefined} title={writer.exact(row.value)}>
        {text}
      </span>
    );
  }
  return (
    <Text
      span
      c="dimmed"
      size={large ? "lg" : "sm"}
      title={row?.warning === "too_few" ? t("figure.too_few_text") : undefined}
    >
      {t(row?.warning === "too_few" ? "figure.too_few" : "figure.no_data")}
    </Text>
  );
}

/** `95 % +24 to +33`. */
export function useInterval(writer: Writer) {
  const { t } = useTranslation();
  return (row: Row) =>
    hasInterval(row) && isShown(row)
      ? t("figure.interval", { low: writer.exact(row.low), high: writer.exact(row.high) })
      : undefined;
}

export function Sample({ row }: { row: Row }) {
  const { t } = useTranslation();
  if (row.warning !== "low_sample") return null;
  return (
    <Tooltip label={t("figure.low_sample_text")} multiline maw={260}>
      <Badge color="gray" variant="outline" className={classes.sample}>
        {t("figure.low_sample")}
      </Badge>
    </Tooltip>
  );
}

interface ChangeProps {
  comparison: Comparison;
  before: Row | undefined;
  now: Row | undefined;
  writer: Writer;
  /** What the other figure is of: `the 90 days before`. */
  period: string;
}

/** A count that grew more than so many times over began in the time before: in percent that says nothing. */
const MOST_TIMES = 10;

/** An arrow only where the change is more than chance; else the change of a count, or that none can be told. */
export function Change({ comparison, before, now, writer, period }: ChangeProps) {
  const { t } = useTranslation();
  const interval = useInterval(writer);
  if (comparison.says === "nothing" || !before || !now) {
    return (
      <Text span size="xs" c="dimmed">
        {t("figure.nothing")}
      </Text>
    );
  }
  const was = before.value === null ? "" : writer.exact(before.value);
  const both = { now: interval(now) ?? "", before: interval(before) ?? "", period };
  if (comparison.says === "counted") {
    const then = before.value === null ? "" : writer.short(before.value);
    const by = comparison.ratio === undefined ? writer.difference(comparison.delta) : writer.ratio(comparison.ratio);
    const begun = comparison.ratio !== undefined && comparison.ratio >= MOST_TIMES;
    return (
      <Text span size="xs" c="dimmed" title={t("figure.counted_text", { ...both, before: was })}>
        {begun ? t("figure.hardly", { value: then }) : `${by} · ${t("figure.was", { value: then })}`}
      </Text>
    );
  }
  if (comparison.says === "unclear") {
    return (
      <Text span size="xs" c="dimmed" title={t("figure.unclear_text", both)}>
        {t("figure.unclear")} · {t("figure.was", { value: was })}
      </Text>
    );
  }
  const Icon = comparison.up ? TrendingUp : TrendingDown;
  const judged = comparison.good === undefined ? undefined : t(comparison.good ? "figure.better" : "figure.worse");
  return (
    <Text
      span
      size="xs"
      className={classes.change}
      data-good={comparison.good}
      title={t("figure.changed_text", both)}
      fw={500}
    >
      <Icon size={14} aria-label={t(comparison.up ? "figure.up" : "figure.down")} role="img" />
      {writer.difference(comparison.delta)}
      {judged && ` · ${judged}`} ·{" "}
      <Text span size="xs" c="dimmed" fw={400}>
        {t("figure.was", { value: was })}
      </Text>
    </Text>
  );
}
