// What changed most, in words, with the evidence beside it.

import { Skeleton, Stack, Text, ThemeIcon } from "@mantine/core";
import { useQueries, useQuery } from "@tanstack/react-query";
import { TrendingDown, TrendingUp } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Failure } from "../components/Failure";
import { Panel } from "../components/Panel";
import { TextLink } from "../components/TextLink";
import { words } from "../components/words";
import { addDays, sayDay } from "../insights/days";
import { useInterval, useWriter } from "../insights/Figure";
import { figuresQuery, metricsQuery } from "../insights/figures";
import { grainFor, type Period, periodSearch, type Span } from "../insights/periods";
import { all, equals, type Scalar } from "../signals/filter/text";
import classes from "./Changes.module.css";
import { biggestChanges, type Found, type Halves } from "./changes";

const METRICS = ["nps", "csat", "ces", "ease", "stars", "sentiment"];
/** A change at one touchpoint may show in one channel alone, or only in all of them together. */
const GROUPINGS = [["touchpoint", "channel"], ["touchpoint"]];

export function Changes({ period }: { period: Period }) {
  const { t, i18n } = useTranslation();
  const metrics = useQuery(metricsQuery);
  const known = metrics.data?.items.filter(({ name }) => METRICS.includes(name)) ?? [];
  // The score card asks these too: what nobody answered is not looked into any further.
  const totals = useQueries({
    queries: known.map(({ name }) => figuresQuery({ metric: name, from: period.from, to: period.to })),
  });
  const asked = known.filter((_, i) => (totals[i]?.data?.rows[0]?.n ?? 0) > 0);
  const groups = asked.flatMap((metric) => GROUPINGS.map((by) => ({ metric, by })));
  const answers = useQueries({
    queries: groups.flatMap(({ metric, by }) =>
      period.halves.map((span) => figuresQuery({ metric: metric.name, by, ...span })),
    ),
  });
  const failed = [metrics, ...totals, ...answers].find((answer) => answer.isError);
  const pending = metrics.isPending || [...totals, ...answers].some((answer) => answer.isPending);
  const say = (span: Span) =>
    `${sayDay(span.from, i18n.language, false)} – ${sayDay(addDays(span.to, -1), i18n.language, false)}`;
  const [first, second] = period.halves;

  return (
    <Panel
      title={t("score.changes.title")}
      about={t("score.changes.about", { first: say(second), second: say(first) })}
    >
      {failed ? (
        <Failure
          error={failed.error}
          retry={() => [metrics, ...totals, ...answers].map((answer) => answer.isError && answer.refetch())}
        />
      ) : pending ? (
        <Stack gap="sm" aria-busy>
          <Skeleton height={36} />
          <Skeleton height={36} width="85%" />
        </Stack>
      ) : (
        <List
          halves={groups.map(({ metric }, i) => ({
            metric,
            before: answers[2 * i]?.data?.rows ?? [],
            now: answers[2 * i + 1]?.data?.rows ?? [],
          }))}
          period={period}
        />
      )}
    </Panel>
  );
}

function List({ halves, period }: { halves: Halves[]; period: Period }) {
  const { t } = useTranslation();
  const { found, compared } = biggestChanges(halves);
  return (
    <>
      {found.length === 0 ? (
        <Text>{t(compared === 0 ? "score.changes.too_few" : "score.changes.none")}</Text>
      ) : (
        <ol className={classes.list}>
          {found.map((change) => (
            <li key={change.metric.name + JSON.stringify(change.keys)}>
              <Line change={change} period={period} />
            </li>
          ))}
        </ol>
      )}
      {compared > 0 && (
        <Text size="xs" c="dimmed">
          {t("score.changes.rule", { count: compared })}
        </Text>
      )}
    </>
  );
}

function Line({ change, period }: { change: Found; period: Period }) {
  const { t } = useTranslation();
  const { metric, keys, before, now, up, good } = change;
  const writer = useWriter(metric.unit);
  const interval = useInterval(writer);
  const place = usePlace(keys);
  const Icon = up ? TrendingUp : TrendingDown;
  const name = t(`score.metrics.${metric.name as "nps"}`, { defaultValue: metric.title });
  const where = all(...Object.entries(keys).map(([field, value]) => equals(field, value as Scalar)));
  return (
    <div className={classes.line}>
      <ThemeIcon
        size={32}
        radius="xl"
        variant="light"
        color={good === false ? "orange" : good ? "teal" : "gray"}
        aria-hidden
      >
        <Icon size={16} />
      </ThemeIcon>
      <div className={classes.words}>
        <Text size="sm" fw={500}>
          {t(up ? "score.changes.up" : "score.changes.down", {
            metric: name,
            where: place,
            before: writer.exact(before.value ?? 0),
            now: writer.exact(now.value ?? 0),
          })}
          {good !== undefined && (
            <Text span size="sm" fw={400} c="dimmed">
              {" "}
              · {t(good ? "figure.better" : "figure.worse")}
            </Text>
          )}
        </Text>
        <Text size="xs" c="dimmed" className="numbers" title={t("figure.interval_text")}>
          {t("score.changes.evidence", {
            before: interval(before),
            n_before: writer.whole(before.n),
            now: interval(now),
            n_now: writer.whole(now.n),
          })}
        </Text>
      </div>
      <TextLink
        to="/insights/explore"
        search={{ ...periodSearch(period), metric: metric.name, where, every: grainFor(period.days) }}
        fz="sm"
        aria-label={`${t("score.changes.look")}: ${name} ${place}`}
      >
        {t("score.changes.look")}
      </TextLink>
    </div>
  );
}

function usePlace(keys: Record<string, unknown>): string {
  const { t } = useTranslation();
  const touchpoint = typeof keys.touchpoint === "string" ? words(keys.touchpoint).toLowerCase() : undefined;
  const channel = typeof keys.channel === "string" ? words(keys.channel).toLowerCase() : undefined;
  if (touchpoint && channel) return t("score.changes.at_on", { touchpoint, channel });
  if (touchpoint) return t("score.changes.at", { touchpoint });
  return channel ? t("score.changes.on", { channel }) : t("score.changes.anywhere");
}
