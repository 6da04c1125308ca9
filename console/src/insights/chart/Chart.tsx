// The drawn answer: which kind of chart, what it needs, and what a click on it means.

import { Skeleton, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { type Ref, Suspense, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { lazyRouteComponent } from "../../components/later";
import type { Flag } from "../annotations/annotations";
import { isWhole, sayBucket } from "../days";
import type { Point } from "../explore/behind";
import type { Shape } from "../explore/search";
import { type Answer, type Series, sayKey, type Words } from "../explore/table";
import { useInterval, type Writer } from "../Figure";
import { isShown, type Row, type Unit } from "../figures";
import type { Span } from "../periods";
import { lyingBars, MOST_BARS, ranked, standingBars } from "./bar";
import type { ChartHandle, Picked } from "./EChart";
import { heatOption, MOST_ROWS } from "./heat";
import { useInk } from "./ink";
import { type Drawing, lineOption, MOST_BANDS, MOST_LINES } from "./line";

const EChart = lazyRouteComponent(() => import("./EChart"), "default");

/** Standing bars of more groups become hairs. */
const MOST_STANDING = 4;

interface Props {
  answer: Answer;
  /** What was asked about. */
  span: Span;
  before: Answer | undefined;
  shape: Exclude<Shape, "table">;
  title: string;
  unit: Unit;
  writer: Writer;
  words: Words;
  flags: Flag[];
  pick: ((point: Point) => void) | undefined;
  ref: Ref<ChartHandle>;
}

export function Chart({ answer, span, before, shape, title, unit, writer, words, flags, pick, ref }: Props) {
  const { t } = useTranslation();
  const { option, height, shown, points } = useDrawing({
    answer,
    span,
    before,
    shape,
    title,
    unit,
    writer,
    words,
    flags,
  });
  const left = answer.series.length - shown;
  const bands = answer.figures.rows.some((row) => row.low !== null);
  return (
    <>
      <Suspense fallback={<Skeleton height={height} />}>
        <EChart
          ref={ref}
          option={option}
          height={height}
          label={t("explore.chart", { title })}
          pick={
            pick &&
            ((picked) => {
              const point = points(picked);
              if (point) pick(point);
            })
          }
        />
      </Suspense>
      <Text size="xs" c="dimmed">
        {[
          pick && t("explore.hint"),
          bands && shape === "line" && t(shown <= MOST_BANDS ? "explore.bands" : "explore.no_bands"),
          bands && shape === "bar" && t(whiskered(answer, shown) ? "explore.whiskers" : "explore.no_bands"),
          answer.figures.rows.some(({ warning }) => warning === "low_sample" || warning === "too_few") &&
            t(`explore.faded.${shape}`),
          left > 0 && t("explore.more", { count: left }),
        ]
          .filter(Boolean)
          .join(" ")}
      </Text>
    </>
  );
}

const whiskered = (answer: Answer, shown: number) => !answer.grain || shown === 1;

type Asked = Omit<Props, "pick" | "ref">;

function useDrawing({ answer, span, before, shape, title, unit, writer, words, flags }: Asked) {
  const { t, i18n } = useTranslation();
  const ink = useInk();
  const narrow = useMediaQuery("(max-width: 48em)", undefined, { getInitialValueInEffect: false }) ?? false;
  const interval = useInterval(writer);
  const language = i18n.language;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the writer and the words follow from these
  return useMemo(() => {
    const { grain, buckets, series } = answer;
    const say = (row: Row | undefined) => {
      if (!row) return t("figure.no_data");
      const n = t("figure.n", { n: writer.whole(row.n) });
      if (!isShown(row)) return `${t(row.warning === "too_few" ? "figure.too_few" : "figure.no_data")} (${n})`;
      const between = interval(row);
      return `${writer.exact(row.value)}  (${[between, n].filter(Boolean).join(", ")})`;
    };
    const labels = grain ? buckets.map((bucket) => sayBucket(bucket, grain, language)) : buckets;
    const longLabels = grain
      ? buckets.map((bucket) => {
          const name = sayBucket(bucket, grain, language, true);
          return isWhole(bucket, grain, span) ? name : `${name} (${t("explore.partly")})`;
        })
      : buckets;
    const fromZero = unit === "count" || unit === "money";

    if (shape === "heat") {
      const heat = heatGrid(answer, words);
      const rows = heat.rows.slice(0, MOST_ROWS);
      const columns = grain ? labels : heat.columns;
      return {
        option: heatOption({
          rows,
          columns,
          longColumns: grain ? longLabels : heat.columns,
          cell: heat.cell,
          unit,
          short: writer.short,
          say,
          ink,
          narrow,
        }),
        height: 90 + rows.length * 28,
        shown: heat.rows.length > MOST_ROWS ? MOST_ROWS : series.length,
        points: ({ index, row = 0 }: Picked) => heat.point(row, index),
      };
    }

    const drawing: Drawing = {
      series,
      buckets,
      labels,
      longLabels,
      short: writer.short,
      say,
      fromZero,
      whole: unit === "points" || unit === "count",
      title,
      ink,
      narrow,
    };
    if (grain) {
      const most = shape === "line" ? MOST_LINES : MOST_STANDING;
      const earlier =
        before && series.length <= MOST_BANDS ? alongside(answer, before, t("explore.before"), words) : undefined;
      const shown = series.slice(0, most);
      return {
        option:
          shape === "line"
            ? lineOption({ ...drawing, before: earlier, flags })
            : standingBars({ ...drawing, before: earlier }, most),
        height: narrow ? 300 : 360,
        shown: shown.length,
        points: (picked: Picked): Point | undefined => {
          const bucket = buckets[picked.index];
          const one = shown.length === 1 ? shown[0] : shown.find(({ name }) => name === picked.series);
          return one && bucket && one.at.has(bucket) ? { keys: one.keys, bucket } : undefined;
        },
      };
    }
    const bars = ranked(drawing);
    const earlier = before && bars.map(({ keys }) => of(before, keys)?.at.get(""));
    return {
      option: lyingBars({
        ...drawing,
        // Each bar's own figure of the time before.
        before: earlier && [{ name: t("explore.before"), at: earlier }],
      }),
      height: 60 + bars.length * (before ? 40 : 32),
      shown: Math.min(bars.length, MOST_BARS),
      points: ({ index }: Picked): Point | undefined => bars[index] && { keys: bars[index].keys },
    };
  }, [answer, span.from, span.to, before, shape, title, unit, flags, ink, narrow, language]);
}

/** The series with the same keys. */
function of({ series }: Answer, keys: Record<string, unknown>): Series | undefined {
  return series.find((one) => JSON.stringify(one.keys) === JSON.stringify(keys));
}

/** The series of the time before, bucket by bucket beside those of this one. */
function alongside(answer: Answer, before: Answer, name: string, words: Words): Drawing["before"] {
  return answer.series.flatMap(({ keys }) => {
    const other = of(before, keys);
    if (!other) return [];
    const keyed = answer.by.map((field) => sayKey(keys[field], words)).join(" · ");
    const at = answer.buckets.map((_, i) => other.at.get(before.buckets[i] ?? ""));
    return [{ name: [keyed, name.toLowerCase()].filter(Boolean).join(", "), at }];
  });
}

/** Rows and columns of a heat map: time runs to the right; without it the second field does. */
function heatGrid(answer: Answer, words: Words) {
  const { by, grain, buckets, series } = answer;
  if (grain) {
    return {
      rows: series.map(({ name }) => name),
      columns: buckets,
      cell: (row: number, column: number) => series[row]?.at.get(buckets[column] ?? ""),
      point(row: number, column: number): Point | undefined {
        const one = series[row];
        const bucket = buckets[column];
        return one && bucket && one.at.has(bucket) ? { keys: one.keys, bucket } : undefined;
      },
    };
  }
  const [first = "", ...others] = by;
  const down = (keys: Record<string, unknown>) => sayKey(keys[first], words);
  const across = (keys: Record<string, unknown>) => others.map((field) => sayKey(keys[field], words)).join(" · ");
  const rows = [...new Set(series.map(({ keys }) => down(keys)))];
  const columns = [...new Set(series.map(({ keys }) => across(keys)))];
  const cells = new Map(series.map((one) => [JSON.stringify([down(one.keys), across(one.keys)]), one]));
  const at = (row: number, column: number) => cells.get(JSON.stringify([rows[row], columns[column]]));
  return {
    rows,
    columns,
    cell: (row: number, column: number) => at(row, column)?.at.get(""),
    point(row: number, column: number): Point | undefined {
      const one = at(row, column);
      return one && { keys: one.keys };
    },
  };
}
