// Two directions at once: the darker, the more; what is too small to be shown stays empty, small samples are faint.

import type { EChartsOption } from "echarts/types/dist/shared";
import { isShown, type Row, type Unit } from "../figures";
import { base, categoryAxis, plain, tooltip } from "./common";
import type { Ink } from "./ink";

export const MOST_ROWS = 40;
/** Where more cells stand, figures in them could not be read. */
const LABELLED = 160;
/** So many columns leave room for figures on a telephone. */
const FEW = 5;

export interface HeatDrawing {
  rows: string[];
  columns: string[];
  longColumns: string[];
  cell: (row: number, column: number) => Row | undefined;
  unit: Unit;
  short: (value: number) => string;
  say: (row: Row | undefined) => string;
  ink: Ink;
  narrow: boolean;
}

export function heatOption(drawing: HeatDrawing): EChartsOption {
  const { rows, columns, ink, narrow } = drawing;
  const cells = rows.flatMap((_, y) =>
    columns.flatMap((_, x) => {
      const row = drawing.cell(y, x);
      return row && isShown(row) ? [{ x, y, row }] : [];
    }),
  );
  const values = cells.map(({ row }) => row.value);
  // Points have a zero that means something, so the two sides of it have colours of their own.
  const around = drawing.unit === "points";
  const most = Math.max(...values.map(Math.abs), 1);
  const min = around
    ? -most
    : Math.min(...values, drawing.unit === "count" || drawing.unit === "money" ? 0 : Number.POSITIVE_INFINITY);
  const max = around ? most : Math.max(...values);
  const labelled = cells.length <= LABELLED && (!narrow || columns.length <= FEW);
  const axis = categoryAxis(columns, ink);
  return {
    ...base(ink),
    grid: { left: 8, right: 16, top: 8, bottom: 56, containLabel: true },
    xAxis: {
      ...axis,
      axisLabel: { ...axis.axisLabel, rotate: narrow ? 60 : 0 },
      position: "bottom",
      splitArea: { show: false },
    },
    yAxis: { ...categoryAxis(rows, ink, narrow ? 12 : 28), inverse: true },
    visualMap: {
      type: "continuous",
      min: Number.isFinite(min) ? min : 0,
      max: Number.isFinite(max) && max > min ? max : min + 1,
      calculable: false,
      orient: "horizontal",
      left: "center",
      bottom: 0,
      itemHeight: 160,
      itemWidth: 10,
      text: [drawing.short(max), drawing.short(min)],
      textStyle: { color: ink.dimmed },
      inRange: { color: around ? [ink.negative, ink.neutral, ink.accent] : [ink.neutral, ink.accent] },
    },
    tooltip: {
      ...tooltip(ink),
      trigger: "item",
      formatter(params: unknown) {
        const [x = 0, y = 0] = (params as { value: number[] }).value;
        return plain([rows[y], drawing.longColumns[x], drawing.say(drawing.cell(y, x))].join("\n"));
      },
    },
    series: [
      {
        type: "heatmap",
        data: cells.map(({ x, y, row }) => ({
          value: [x, y, row.value],
          itemStyle: row.warning === "low_sample" ? { opacity: 0.45 } : undefined,
          label: {
            opacity: 1,
            color: row.warning === "low_sample" ? ink.text : contrast(row.value, min, max, around, ink),
          },
        })),
        label: {
          show: labelled,
          formatter: (params: unknown) => drawing.short((params as { value: number[] }).value[2] ?? 0),
        },
        itemStyle: { borderColor: ink.surface, borderWidth: 1 },
        emphasis: { itemStyle: { borderColor: ink.text, borderWidth: 1 } },
      },
    ] as EChartsOption["series"],
  };
}

/** White on what is dark, ink on what is light. */
function contrast(value: number, min: number, max: number, around: boolean, ink: Ink): string {
  const share = around ? Math.abs(value) / (max || 1) : (value - min) / (max - min || 1);
  return share > 0.6 ? "#ffffff" : ink.text;
}
