// What changed most, and where it differs most: in words, with the evidence beside it, and the way to look at it.

import { Skeleton, Stack, Text, ThemeIcon } from "@mantine/core";
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { ArrowLeftRight, TrendingDown, TrendingUp } from "lucide-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../api/client";
import type { components } from "../api/schema";
import { Failure } from "../components/Failure";
import { Panel } from "../components/Panel";
import { TextLink } from "../components/TextLink";
import { dayIn, daysBetween, sayDay } from "../insights/days";
import type { ExploreSearch } from "../insights/explore/search";
import { useWriter } from "../insights/Figure";
import { grainFor, type Period, periodSearch, type Span, useZone } from "../insights/periods";
import classes from "./Changes.module.css";
import { Evidence } from "./Evidence";
import { NotLoaded } from "./ScoreCard";
import { useFindingWords } from "./words";

type Changes = components["schemas"]["Changes"];
export type Finding = components["schemas"]["Finding"];

export function changesQuery({ from, to }: Span) {
  return queryOptions({
    queryKey: ["changes", from, to],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/insights/changes", { params: { query: { from, to } }, signal })),
    staleTime: 60_000,
  });
}

interface Props {
  period: Period;
  /** What went wrong is said above, for all that failed. */
  said: boolean;
}

export function ChangesPanels({ period, said }: Props) {
  const { t, i18n } = useTranslation();
  const zone = useZone();
  const changes = useQuery({ ...changesQuery(period), placeholderData: keepPreviousData });
  const { data } = changes;
  const days = (span: Changes["now"]) => ({
    from: dayIn(zone, new Date(span.from)),
    to: dayIn(zone, new Date(Date.parse(span.to) - 1)),
  });
  const say = (span: Changes["now"]) => {
    const { from, to } = days(span);
    return `${sayDay(from, i18n.language, false)} – ${sayDay(to, i18n.language, false)}`;
  };

  /** The time before and this one in one line: the change is in it. */
  function overTime({ metric, where }: Finding): ExploreSearch {
    const from = data ? days(data.before).from : period.from;
    const to = period.last;
    return { from, to, metric, where: where || undefined, every: grainFor(daysBetween(from, to) + 1) };
  }

  /** All groups of the field beside each other. */
  function besideOthers({ metric, keys }: Finding): ExploreSearch {
    return { ...periodSearch(period), metric, by: Object.keys(keys), every: "none", as: "bar" };
  }

  const list = (found: Finding[], compared: number, kind: "changes" | "contrasts") => (
    <List found={found} kind={kind} compared={compared} explore={kind === "changes" ? overTime : besideOthers} />
  );

  return (
    <>
      <Panel
        title={t("score.changes.title")}
        about={data && t("score.changes.about", { now: say(data.now), before: say(data.before) })}
      >
        <Waiting query={changes} said={said}>
          {data && list(data.changes, data.compared, "changes")}
        </Waiting>
      </Panel>
      {!changes.isError && (!data || data.contrasted > 0) && (
        <Panel title={t("score.contrasts.title")} about={data && t("score.contrasts.about", { now: say(data.now) })}>
          <Waiting query={changes} said={said}>
            {data && list(data.contrasts, data.contrasted, "contrasts")}
          </Waiting>
        </Panel>
      )}
    </>
  );
}

interface WaitingProps {
  query: { isError: boolean; isPending: boolean; isPlaceholderData: boolean; error: unknown; refetch: () => unknown };
  said: boolean;
  children: React.ReactNode;
}

function Waiting({ query, said, children }: WaitingProps) {
  if (query.isError && said) return <NotLoaded />;
  if (query.isError) return <Failure error={query.error} retry={query.refetch} />;
  if (query.isPending) {
    return (
      <Stack gap="sm" aria-busy>
        <Skeleton height={44} />
        <Skeleton height={44} width="85%" />
        <Skeleton height={44} width="92%" />
      </Stack>
    );
  }
  return <div aria-busy={query.isPlaceholderData}>{children}</div>;
}

interface ListProps {
  found: Finding[];
  compared: number;
  kind: "changes" | "contrasts";
  explore: (finding: Finding) => ExploreSearch;
}

function List({ found, compared, kind, explore }: ListProps) {
  const { t } = useTranslation();
  return (
    <>
      {found.length === 0 && (
        <Text size="sm">{t(compared === 0 ? "score.changes.too_few" : `score.${kind}.none`)}</Text>
      )}
      <ol className={classes.list}>
        {found.map((finding) => (
          <Line key={finding.metric + finding.where} finding={finding} kind={kind} search={explore(finding)} />
        ))}
      </ol>
      {compared > 0 && (
        <Text size="xs" c="dimmed" mt="sm">
          {t("score.changes.rule", { count: compared })}
        </Text>
      )}
    </>
  );
}

function Line({ finding, kind, search }: { finding: Finding; kind: "changes" | "contrasts"; search: ExploreSearch }) {
  const { t } = useTranslation();
  const { row, against, unit } = finding;
  const better = finding.better ?? undefined;
  const writer = useWriter(unit);
  const { metric, place } = useFindingWords(finding);
  const up = (row.value ?? 0) > (against.value ?? 0);
  const Icon = kind === "contrasts" ? ArrowLeftRight : up ? TrendingUp : TrendingDown;
  const values = { metric, where: place, now: writer.exact(row.value ?? 0), before: writer.exact(against.value ?? 0) };
  const say = kind === "contrasts" ? "score.contrasts.line" : up ? "score.changes.up" : "score.changes.down";
  const sides =
    kind === "contrasts" ? (["score.here", "score.elsewhere"] as const) : (["score.now", "score.before"] as const);
  return (
    <li className={classes.line}>
      <ThemeIcon
        size={32}
        radius="xl"
        variant="light"
        color={better === false ? "orange" : better ? "teal" : "gray"}
        aria-hidden
      >
        <Icon size={16} />
      </ThemeIcon>
      <div className={classes.words}>
        <Text size="sm" fw={500}>
          {t(say, values)}
          {better !== undefined && (
            <Text span size="sm" fw={400} c="dimmed">
              {" "}
              · {t(better ? "figure.better" : "figure.worse")}
            </Text>
          )}
        </Text>
        <Text size="xs" c="dimmed" className="numbers">
          {t("score.changes.evidence", {
            now: t(sides[0]),
            n_now: writer.whole(row.n),
            before: t(sides[1]),
            n_before: writer.whole(against.n),
          })}
        </Text>
      </div>
      <Evidence row={row} against={against} better={better} sides={[t(sides[0]), t(sides[1])]} writer={writer} />
      <TextLink
        to="/insights/explore"
        search={search}
        fz="sm"
        aria-label={`${t("score.changes.look")}: ${metric} ${place}`}
      >
        {t("score.changes.look")}
      </TextLink>
    </li>
  );
}
