// Bars from zero, with whiskers for their intervals; small samples hatched.

import type { CustomSeriesRenderItemAPI, EChartsOption } from "echarts/types/dist/shared";
import { hasInterval, isShown, type Row } from "../figures";
import { base, categoryAxis, clipped, plain, tooltip, valueAxis } from "./common";
import { coloursOf, type Ink } from "./ink";
import type { Drawing } from "./line";

/** More lying bars than these are a table. */
export const MOST_BARS = 40;

/** One bar for each group. */
export function lyingBars(drawing: Drawing): EChartsOption {
  const { ink } = drawing;
  const bars = ranked(drawing);
  const names = bars.map(({ name }) => name || drawing.title);
  // The first stands on top.
  const rows = bars.map(({ at }) => at.get(""));
  const before = drawing.before?.[0]?.at;
  return {
    ...base(ink),
    grid: { left: 8, right: drawing.narrow ? 24 : 64, top: 8, bottom: 8, containLabel: true },
    xAxis: { ...valueAxis(ink, drawing.short, true, drawing.whole), splitNumber: drawing.narrow ? 3 : 5 },
    yAxis: { ...categoryAxis(names, ink, drawing.narrow ? 14 : 32), inverse: true },
    tooltip: {
      ...tooltip(ink),
      trigger: "axis",
      axisPointer: { type: "shadow" },
      formatter(params: unknown) {
        const index = (params as { dataIndex: number }[])[0]?.dataIndex ?? 0;
        const earlier = drawing.before?.[0];
        return plain(
          [names[index], drawing.say(rows[index]), earlier && `${earlier.name}: ${drawing.say(before?.[index])}`]
            .filter(Boolean)
            .join("\n"),
        );
      },
    },
    series: [
      {
        type: "bar",
        name: drawing.title,
        data: rows.map((row) => bar(row, ink.accent, drawing, true)),
        barMaxWidth: 22,
        barGap: "10%",
      },
      ...(before
        ? [
            {
              type: "bar" as const,
              data: before.map((row) => (row && isShown(row) ? { value: row.value } : { value: "-" })),
              itemStyle: { color: ink.dimmed, opacity: 0.35 },
              barMaxWidth: 10,
            },
          ]
        : []),
      whiskers(rows, ink, true, before ? -0.5 : 0),
    ] as EChartsOption["series"],
  };
}

/** The order in which lying bars stand: the largest value first, those that cannot be shown last. */
export function ranked(drawing: Pick<Drawing, "series">) {
  const value = (row: Row | undefined) => (row && isShown(row) ? row.value : Number.NEGATIVE_INFINITY);
  return [...drawing.series].sort((one, other) => value(other.at.get("")) - value(one.at.get(""))).slice(0, MOST_BARS);
}

/** Standing bars over time, one beside the other for each group. */
export function standingBars(drawing: Drawing, most: number): EChartsOption {
  const { buckets, ink } = drawing;
  const series = drawing.series.slice(0, most);
  const names = series.map(({ name }) => name || drawing.title);
  const colours = coloursOf(names, ink);
  const alone = series.length === 1;
  const before = drawing.before ?? [];
  return {
    ...base(ink),
    grid: { left: 8, right: 16, top: alone ? 16 : 48, bottom: 8, containLabel: true },
    legend: { show: !alone, top: 0, textStyle: { color: ink.text }, data: names, selectedMode: false },
    xAxis: categoryAxis(drawing.labels, ink),
    yAxis: valueAxis(ink, drawing.short, true, drawing.whole),
    tooltip: {
      ...tooltip(ink),
      trigger: "axis",
      axisPointer: { type: "shadow" },
      formatter(params: unknown) {
        const index = (params as { dataIndex: number }[])[0]?.dataIndex ?? 0;
        const said = series.map(
          (one, i) => `${alone ? "" : `${names[i]}: `}${drawing.say(one.at.get(buckets[index] ?? ""))}`,
        );
        const earlier = before.map(({ name, at }) => `${name}: ${drawing.say(at[index])}`);
        return plain([drawing.longLabels[index], ...said, ...earlier].join("\n"));
      },
    },
    series: [
      ...series.map((one, i) => ({
        type: "bar",
        name: names[i],
        data: buckets.map((bucket) =>
          bar(one.at.get(bucket), alone ? ink.accent : (colours.get(names[i] ?? "") ?? ink.accent), drawing, false),
        ),
        barMaxWidth: 40,
        barGap: "5%",
      })),
      ...before.map(({ name, at }) => ({
        type: "line",
        name,
        data: at.map((row) => (row && isShown(row) ? row.value : "-")),
        symbol: "none",
        lineStyle: { color: ink.dimmed, width: 1.5, type: [4, 4] },
        itemStyle: { color: ink.dimmed },
        silent: true,
      })),
      ...(alone && before.length === 0
        ? [
            whiskers(
              buckets.map((bucket) => series[0]?.at.get(bucket)),
              ink,
              false,
              0,
            ),
          ]
        : []),
    ] as EChartsOption["series"],
  };
}

function bar(row: Row | undefined, color: string, drawing: Drawing, labelled: boolean) {
  if (!row || !isShown(row)) {
    // A bar that cannot be shown is said, not left out.
    const text = plain(clipped(drawing.say(row), 40));
    return labelled
      ? { value: 0, label: { show: true, position: "right", formatter: text, color: drawing.ink.dimmed } }
      : { value: "-" };
  }
  const hatched =
    row.warning === "low_sample"
      ? {
          opacity: 0.75,
          decal: {
            symbol: "rect",
            color: drawing.ink.surface,
            dashArrayX: [1, 0],
            dashArrayY: [3, 4],
            rotation: -Math.PI / 4,
          },
        }
      : {};
  return { value: row.value, itemStyle: { color, borderRadius: 2, ...hatched } };
}

/** The ends of the intervals; `shift` moves them aside by a part of the bar's own width. */
function whiskers(rows: (Row | undefined)[], ink: Ink, lying: boolean, shift: number) {
  return {
    type: "custom" as const,
    silent: true,
    z: 5,
    tooltip: { show: false },
    encode: lying ? { x: [1, 2], y: 0 } : { x: 0, y: [1, 2] },
    data: rows.flatMap((row, i) => (row && isShown(row) && hasInterval(row) ? [[i, row.low, row.high]] : [])),
    renderItem(_: unknown, api: CustomSeriesRenderItemAPI) {
      const at = (value: unknown) =>
        api.coord(lying ? [value as number, api.value(0)] : [api.value(0), value as number]);
      const [low = [0, 0], high = [0, 0]] = [at(api.value(1)), at(api.value(2))];
      const aside = shift * 12;
      const style = { stroke: ink.text, lineWidth: 1.25, opacity: 0.75 };
      const line = (x1: number, y1: number, x2: number, y2: number) => ({
        type: "line" as const,
        shape: lying ? { x1, y1: y1 + aside, x2, y2: y2 + aside } : { x1: x1 + aside, y1, x2: x2 + aside, y2 },
        style,
      });
      const [lx = 0, ly = 0] = low;
      const [hx = 0, hy = 0] = high;
      const cap = 3;
      const ends = lying
        ? [line(lx, ly - cap, lx, ly + cap), line(hx, hy - cap, hx, hy + cap)]
        : [line(lx - cap, ly, lx + cap, ly), line(hx - cap, hy, hx + cap, hy)];
      return { type: "group" as const, children: [line(lx, ly, hx, hy), ...ends] };
    },
  };
}
