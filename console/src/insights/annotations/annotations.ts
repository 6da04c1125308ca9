// Moments that explain a chart: read for a span of days, and placed at the bucket they fall into.

import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "../../api/client";
import type { components } from "../../api/schema";
import { bucketOf } from "../days";
import type { Grain } from "../figures";

export type Annotation = components["schemas"]["Annotation"];
export type AnnotationKind = components["schemas"]["AnnotationKind"];

export const KINDS: AnnotationKind[] = ["release", "incident", "campaign", "other"];

/** More flags than these on one chart would hide it. */
const MOST = 100;

/** The earliest first, as a chart is read. */
export function annotationsQuery(from: string, to: string) {
  return queryOptions({
    queryKey: ["annotations", from, to],
    queryFn: async ({ signal }) => {
      const query = { from, to, limit: MOST };
      const page = await answer(api.GET("/api/v1/insights/annotations", { params: { query }, signal }));
      return page.items.toReversed();
    },
    staleTime: 60_000,
  });
}

/** One flag on a chart: the bucket it stands at, and what it says. */
export interface Flag {
  index: number;
  /** The places of its annotations in the list, from 1. */
  numbers: number[];
  title: string;
}

/** Annotations that fall into one bucket share a flag. */
export function flagsOf(annotations: Annotation[], buckets: string[], grain: Grain, zone: string): Flag[] {
  const flags = new Map<number, Flag>();
  annotations.forEach(({ at, title }, i) => {
    const index = buckets.indexOf(bucketOf(new Date(at), grain, zone));
    if (index < 0) return;
    const flag = flags.get(index);
    if (flag) {
      flag.numbers.push(i + 1);
      flag.title = `${flag.title}, ${title}`;
    } else {
      flags.set(index, { index, numbers: [i + 1], title });
    }
  });
  return [...flags.values()];
}
