// One metric on one card: value, n, interval, trend, change, and the way to what stands behind it.

import { Card as Box, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Failure } from "../components/Failure";
import { MetricMeaning } from "../glossary/MetricMeaning";
import { compare } from "../insights/compare";
import { Change, Sample, useInterval, useWriter, Value } from "../insights/Figure";
import { metricsQuery, type Question, type Row, TIME, type Unit, useFigures } from "../insights/figures";
import { grainFor, type Period, periodSearch, type Span, useZone } from "../insights/periods";
import { all } from "../signals/filter/text";
import { filterText } from "../signals/filter/tree";
import { useMe } from "../team/me";
import type { Card } from "./cards";
import classes from "./ScoreCard.module.css";
import { Sparkline } from "./Sparkline";

interface CardProps {
  card: Card;
  period: Period;
  /** What went wrong is said above, for all that failed. */
  said: boolean;
}

/** What a card asks of a time. */
export function questionOf({ metric }: Card, { from, to }: Span): Question {
  // Money of several currencies is never added up: each has its own row, and its own card.
  return { metric, ...(metric === "revenue" && { by: ["currency"] }), from, to };
}

export function ScoreCard({ card, period, said }: CardProps) {
  const { t } = useTranslation();
  const title = t(`score.metrics.${card.metric}`);
  const now = useFigures(questionOf(card, period), { keep: true });
  const some = now.data?.rows.some(({ n }) => n > 0) ?? false;
  const before = useFigures(questionOf(card, period.previous), { keep: true, enabled: some });

  if (now.isPending) return card.always ? <Waiting title={title} /> : null;
  if (now.isError) {
    // Whether there is anything of the others is not known.
    if (said && !card.always) return null;
    return (
      <Box>
        <Text size="sm" fw={500} mb="xs">
          {title}
        </Text>
        {said ? <NotLoaded /> : <Failure error={now.error} retry={() => now.refetch()} />}
      </Box>
    );
  }
  const rows = now.data.rows.filter((row) => card.always || row.n > 0);
  return rows.map((row) => (
    <Score
      key={JSON.stringify(row.keys)}
      metric={card.metric}
      title={title}
      unit={now.data.unit}
      row={row}
      before={before.data?.rows.find((other) => JSON.stringify(other.keys) === JSON.stringify(row.keys))}
      asking={before.isLoading}
      failed={before.isError}
      period={period}
    />
  ));
}

interface Props {
  metric: Card["metric"];
  title: string;
  unit: Unit;
  row: Row;
  before: Row | undefined;
  /** The time before is still being asked for. */
  asking: boolean;
  /** It could not be had. */
  failed: boolean;
  period: Period;
}

function Score({ metric, title, unit, row, before, asking, failed, period }: Props) {
  const { t } = useTranslation();
  const { may } = useMe();
  const { data: metrics } = useQuery(metricsQuery);
  const passport = metrics?.items.find(({ name }) => name === metric);
  const currency = "currency" in row.keys ? (row.keys.currency as string | null) : undefined;
  const where = currency ? `currency = '${currency}'` : undefined;
  const grain = grainFor(period.days);
  const zone = useZone();
  const series = useFigures(
    { metric, every: grain, from: period.from, to: period.to, where },
    { keep: true, enabled: row.n > 0 },
  );
  const writer = useWriter(unit, currency);
  const interval = useInterval(writer)(row);
  const search = periodSearch(period);
  const behind = all(passport && filterText(passport.filter), where);
  const named = currency && metric === "revenue" ? `${title} (${currency})` : title;

  return (
    <Box className={classes.card} component="article" aria-label={named}>
      <Stack gap="xs" h="100%">
        <Group justify="space-between" gap="xs" wrap="nowrap" align="center" className={classes.head}>
          <Link to="/insights/explore" search={{ ...search, metric, where, every: grain }} className={classes.title}>
            {named}
          </Link>
          {passport && <MetricMeaning metric={passport} />}
        </Group>
        <Group gap="xs" align="baseline">
          <Value row={row} writer={writer} large />
          <Sample row={row} />
          {passport?.polarity === "lower_is_better" && (
            <Text size="xs" c="dimmed">
              {t("score.lower")}
            </Text>
          )}
        </Group>
        <Text size="xs" c="dimmed" className="numbers">
          {interval && <span title={t("figure.interval_text")}>{interval} · </span>}
          {may("signals:read") && row.n > 0 ? (
            <Link
              to="/signals"
              search={{ ...search, where: behind || undefined }}
              className={classes.n}
              aria-label={`${t("figure.n", { n: writer.whole(row.n) })}: ${t("score.signals_behind", { title: named })}`}
            >
              {t("figure.n", { n: writer.whole(row.n) })}
            </Link>
          ) : (
            t("figure.n", { n: writer.whole(row.n) })
          )}
        </Text>
        <Sparkline
          title={named}
          rows={row.n > 0 ? series.data?.rows : []}
          failed={series.isError}
          grain={grain}
          span={period}
          zone={zone}
          writer={writer}
          fromZero={unit === "count" || unit === "money"}
        />
        {asking ? (
          <Skeleton height={12} width="60%" my={3} />
        ) : failed ? (
          <NotLoaded />
        ) : (
          <div>
            <Change
              comparison={compare(row, before, unit, passport?.polarity ?? "neutral")}
              before={before}
              now={row}
              writer={writer}
              period={t("period.before", { count: period.days })}
            />
          </div>
        )}
      </Stack>
    </Box>
  );
}

/** Beside a message that says why, and how to ask again. */
export function NotLoaded() {
  const { t } = useTranslation();
  return (
    <Text size="xs" c="dimmed">
      {t("score.not_loaded")}
    </Text>
  );
}

function Waiting({ title }: { title: string }) {
  return (
    <Box aria-busy>
      <Stack gap="xs">
        <Text size="sm" fw={500}>
          {title}
        </Text>
        <Skeleton height={32} width={90} my={2} />
        <Skeleton height={12} width={150} my={3} />
        <Skeleton height={56} />
        <Skeleton height={12} width="60%" my={3} />
      </Stack>
    </Box>
  );
}

/** The key of a bucket, for whoever draws a series. */
export const bucketOf = (row: Row) => String(row.keys[TIME] ?? "");
