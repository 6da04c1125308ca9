// One chart of ECharts as SVG: only the kinds that we draw are bundled, and only pages with charts load them.

import { BarChart, CustomChart, HeatmapChart, LineChart } from "echarts/charts";
import {
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import { type EChartsType, init, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";
import type { EChartsOption } from "echarts/types/dist/shared";
import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import { type Heading, picture } from "./picture";

use([
  BarChart,
  CustomChart,
  GridComponent,
  HeatmapChart,
  LabelLayout,
  LegendComponent,
  LineChart,
  MarkLineComponent,
  SVGRenderer,
  TooltipComponent,
  VisualMapComponent,
]);

/** Where somebody pointed, in the chart's own terms. */
export interface Picked {
  /** The series' name; for a line, the nearest one. */
  series?: string;
  /** The place on the axis of categories. */
  index: number;
  /** Of a heat map: the row. */
  row?: number;
}

export interface ChartHandle {
  png: (heading: Heading) => Promise<Blob>;
}

interface Props {
  option: EChartsOption;
  height: number;
  label: string;
  pick?: (picked: Picked) => void;
  ref?: Ref<ChartHandle>;
}

export default function EChart({ option, height, label, pick, ref }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);
  const picked = useRef(pick);
  picked.current = pick;

  const waiting = useRef<EChartsOption>(undefined);

  useEffect(() => {
    if (!box.current) return;
    const made = init(box.current, undefined, { renderer: "svg" });
    chart.current = made;
    // A page that is kept out of sight has no width: lines laid out in none would stay squeezed into it.
    const observer = new ResizeObserver(() => {
      if (!box.current?.clientWidth) return;
      made.resize();
      if (waiting.current) made.setOption(waiting.current, { notMerge: true });
      waiting.current = undefined;
    });
    observer.observe(box.current);
    made.getZr().on("click", ({ offsetX, offsetY }: { offsetX: number; offsetY: number }) => {
      const place = made.containPixel({ gridIndex: 0 }, [offsetX, offsetY])
        ? made.convertFromPixel({ gridIndex: 0 }, [offsetX, offsetY])
        : undefined;
      if (place) picked.current?.(locate(made, place as [number, number]));
    });
    return () => {
      observer.disconnect();
      made.dispose();
      chart.current = undefined;
    };
  }, []);

  useEffect(() => {
    waiting.current = box.current?.clientWidth ? undefined : option;
    if (!waiting.current) chart.current?.setOption(option, { notMerge: true });
  }, [option]);

  useImperativeHandle(ref, () => ({
    png: (heading) => {
      if (!chart.current) throw new Error("there is no chart yet");
      return picture(chart.current, heading);
    },
  }));

  return <div ref={box} role="img" aria-label={label} style={{ height, cursor: pick ? "pointer" : undefined }} />;
}

interface Drawn {
  type?: string;
  name?: string;
  data?: unknown[];
}

/** Which category, and of several lines which one, lies nearest. */
function locate(chart: EChartsType, [x, y]: [number, number]): Picked {
  const { series = [], yAxis = [] } = chart.getOption() as { series?: Drawn[]; yAxis?: { type?: string }[] };
  if (series.some(({ type }) => type === "heatmap")) return { index: Math.round(x), row: Math.round(y) };
  // Lying bars: the categories stand on the other axis.
  if (yAxis[0]?.type === "category") return { index: Math.round(y) };
  const index = Math.round(x);
  let nearest: { name?: string; away: number } | undefined;
  for (const { type, name, data } of series) {
    if (type !== "line" && type !== "bar") continue;
    const point = data?.[index] as { value?: unknown } | number | string | null | undefined;
    const value = Number(typeof point === "object" && point ? point.value : point);
    if (!name || !Number.isFinite(value)) continue;
    const away = Math.abs(value - y);
    if (!nearest || away < nearest.away) nearest = { name, away };
  }
  return { series: nearest?.name, index };
}
