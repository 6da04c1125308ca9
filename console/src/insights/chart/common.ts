// What all charts have in common: letters, axes, the box that shows exact figures.

import type { EChartsOption } from "echarts/types/dist/shared";
import type { Ink } from "./ink";

// Without quotes: they would end the attribute in the SVG that becomes a picture.
export const FONT = "Inter Variable, system-ui, -apple-system, Segoe UI, sans-serif";

export function base(ink: Ink): EChartsOption {
  return {
    animation: false,
    textStyle: { fontFamily: FONT, fontSize: 12, color: ink.dimmed },
    aria: { enabled: false },
  };
}

/** Text alone: the page's policy lets no markup come from strings, and names are not ours. */
export function tooltip(ink: Ink) {
  return {
    renderMode: "richText" as const,
    confine: true,
    backgroundColor: ink.surface,
    borderColor: ink.line,
    borderWidth: 1,
    padding: [8, 12],
    textStyle: { color: ink.text, fontFamily: FONT, fontSize: 12, lineHeight: 18 },
  };
}

/** Braces would be read as the box's own markup. */
export const plain = (text: string) => text.replaceAll("{", "(").replaceAll("}", ")");

export function categoryAxis(names: string[], ink: Ink, clip = 24) {
  return {
    type: "category" as const,
    data: names,
    axisLine: { lineStyle: { color: ink.line } },
    axisTick: { show: false },
    axisLabel: { color: ink.dimmed, hideOverlap: true, formatter: (name: string) => clipped(name, clip) },
  };
}

export function valueAxis(ink: Ink, write: (value: number) => string, fromZero: boolean, whole = false) {
  return {
    type: "value" as const,
    scale: !fromZero,
    minInterval: whole ? 1 : undefined,
    splitLine: { lineStyle: { color: ink.line } },
    axisLabel: { color: ink.dimmed, hideOverlap: true, formatter: write },
  };
}

export function clipped(text: string, most: number): string {
  const letters = [...text];
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
}
