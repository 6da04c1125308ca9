// A series over time: lines with their intervals as light bands, small samples hollow, gaps as gaps.

import type { EChartsOption } from "echarts/types/dist/shared";
import type { Flag } from "../annotations/annotations";
import type { Series } from "../explore/table";
import { hasInterval, isShown, type Row } from "../figures";
import { base, categoryAxis, clipped, plain, tooltip, valueAxis } from "./common";
import { coloursOf, type Ink } from "./ink";

/** More lines than these cannot be told apart, and more bands cover each other. */
export const MOST_LINES = 8;
export const MOST_BANDS = 3;

export interface Drawing {
  series: Series[];
  /** The time before, each bucket under the one that it is compared with; `beside` names the series that it is of. */
  before?: { name: string; beside: string; at: (Row | undefined)[] }[];
  buckets: string[];
  labels: string[];
  longLabels: string[];
  short: (value: number) => string;
  /** A figure in words, with n and interval. */
  say: (row: Row | undefined) => string;
  fromZero: boolean;
  /** Its values are shown without decimals. */
  whole: boolean;
  /** The name of the one series that has no keys. */
  title: string;
  ink: Ink;
  narrow: boolean;
  /** Annotations, each at its bucket. */
  flags?: Flag[];
}

export function lineOption(drawing: Drawing): EChartsOption {
  const { buckets, ink, narrow } = drawing;
  const series = drawing.series.slice(0, MOST_LINES);
  const names = series.map(({ name }) => name || drawing.title);
  const colours = coloursOf(names, ink);
  const alone = series.length === 1;
  const colour = (name: string) => (alone ? ink.accent : (colours.get(name) ?? ink.accent));
  const labelled = !alone && !narrow;

  const lines = series.map((one, i) => {
    const name = names[i] ?? "";
    return {
      type: "line" as const,
      name,
      data: buckets.map((bucket) => point(one.at.get(bucket), colour(name), ink)),
      symbol: "circle",
      symbolSize: buckets.length > 60 ? 3 : 6,
      showSymbol: true,
      connectNulls: false,
      lineStyle: { color: colour(name), width: 2 },
      itemStyle: { color: colour(name) },
      emphasis: { focus: "series" as const, lineStyle: { width: 2 } },
      endLabel: { show: labelled, formatter: () => plain(clipped(name, 18)), color: colour(name), fontWeight: 500 },
      labelLayout: { moveOverlap: "shiftY" as const },
      z: 3,
    };
  });
  const bands =
    series.length > MOST_BANDS ? [] : series.flatMap((one, i) => band(one, buckets, colour(names[i] ?? ""), i));
  const before = (drawing.before ?? []).map(({ name, beside, at }) => ({
    type: "line" as const,
    name,
    data: at.map((row) => (row && isShown(row) ? row.value : "-")),
    symbol: "none",
    lineStyle: {
      color: alone ? ink.dimmed : colour(beside),
      width: 1.5,
      type: [4, 4] as [number, number],
      opacity: 0.8,
    },
    itemStyle: { color: alone ? ink.dimmed : colour(beside) },
    silent: true,
    z: 2,
  }));

  const flags = drawing.flags ?? [];

  return {
    ...base(ink),
    grid: {
      left: 8,
      right: labelled ? 104 : 16,
      top: (alone || labelled ? 16 : 48) + (flags.length > 0 ? 16 : 0),
      bottom: 8,
      containLabel: true,
    },
    legend: {
      show: !alone && narrow,
      top: 0,
      type: "plain",
      textStyle: { color: ink.text },
      data: names,
      selectedMode: false,
    },
    xAxis: { ...categoryAxis(drawing.labels, ink), boundaryGap: false },
    yAxis: valueAxis(ink, drawing.short, drawing.fromZero, drawing.whole),
    tooltip: {
      ...tooltip(ink),
      trigger: "axis",
      axisPointer: { type: "line", lineStyle: { color: ink.dimmed, type: "solid" } },
      formatter(params: unknown) {
        const index = (params as { dataIndex: number }[])[0]?.dataIndex ?? 0;
        const bucket = buckets[index] ?? "";
        const said = series.map((one, i) => `${alone ? "" : `${names[i]}: `}${drawing.say(one.at.get(bucket))}`);
        const earlier = (drawing.before ?? []).map(({ name, at }) => `${name}: ${drawing.say(at[index])}`);
        const noted = flags.filter((flag) => flag.index === index).map(({ title }) => title);
        return plain([drawing.longLabels[index], ...said, ...earlier, ...noted].join("\n"));
      },
    },
    series: [...bands, ...before, ...lines, ...flagged(flags, drawing)] as EChartsOption["series"],
  };
}

/** Names need this share of the chart's width each; closer flags carry their numbers alone. */
const NAMED = 0.15;

/** The flags stand on a line of their own that has no points. */
function flagged(flags: Flag[], { ink, narrow, buckets }: Drawing) {
  if (flags.length === 0) return [];
  const places = flags.map(({ index }) => index).sort((one, other) => one - other);
  const apart = places.every((place, i) => i === 0 || place - (places[i - 1] ?? 0) >= NAMED * buckets.length);
  const named = apart && !narrow;
  return [
    {
      type: "line" as const,
      data: [],
      silent: true,
      markLine: {
        silent: true,
        animation: false,
        symbol: "none",
        lineStyle: { color: ink.dimmed, width: 1, type: [2, 3] as [number, number] },
        data: flags.map(({ index, numbers, title }) => ({
          xAxis: index,
          label: {
            position: "end" as const,
            color: ink.text,
            formatter: plain(named ? `${numbers.join(", ")} ${clipped(title, 16)}` : numbers.join(", ")),
          },
        })),
      },
      z: 4,
    },
  ];
}

function point(row: Row | undefined, colour: string, ink: Ink) {
  if (!row || !isShown(row)) return { value: "-" };
  if (row.warning !== "low_sample") return { value: row.value };
  return { value: row.value, itemStyle: { color: ink.surface, borderColor: colour, borderWidth: 1.5 } };
}

/** Two stacked areas: one up to the lower end, which is not seen, and the width of the interval upon it. */
function band(one: Series, buckets: string[], color: string, i: number) {
  const rows = buckets.map((bucket) => {
    const row = one.at.get(bucket);
    return row && isShown(row) && hasInterval(row) ? row : undefined;
  });
  if (rows.every((row) => row === undefined)) return [];
  const shared = {
    type: "line" as const,
    stack: `band-${i}`,
    stackStrategy: "all" as const,
    symbol: "none",
    lineStyle: { opacity: 0 },
    silent: true,
    z: 1,
  };
  return [
    { ...shared, data: rows.map((row) => row?.low ?? "-") },
    { ...shared, data: rows.map((row) => (row ? row.high - row.low : "-")), areaStyle: { color, opacity: 0.14 } },
  ];
}
