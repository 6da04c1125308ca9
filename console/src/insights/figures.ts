// Questions for figures and their answers: the one way in which every number on a page is asked for.

import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { answer, api } from "../api/client";
import type { components } from "../api/schema";
import { asked } from "./batch";

export type Question = components["schemas"]["Query"];
export type Figures = components["schemas"]["Figures"];
export type Row = components["schemas"]["Row"];
/** A metric with its passport. Its filter is a tree that `filterText` reads; openapi-fetch loses its tuples' lengths. */
export type Metric = Omit<components["schemas"]["Passport"], "filter"> & { filter: unknown };
export type Unit = components["schemas"]["Unit"];
export type Polarity = components["schemas"]["Polarity"];
export type Grain = components["schemas"]["Grain"];

/** The key under which a row names its bucket. */
export const TIME = "time";

export function figuresQuery(question: Question) {
  return queryOptions({
    queryKey: ["figures", question],
    queryFn: () => asked(question),
    staleTime: 60_000,
  });
}

export function useFigures(question: Question, options: { enabled?: boolean; keep?: boolean } = {}) {
  return useQuery({
    ...figuresQuery(question),
    enabled: options.enabled,
    placeholderData: options.keep ? keepPreviousData : undefined,
  });
}

export const metricsQuery = queryOptions({
  queryKey: ["metrics"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/insights/metrics", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

/** One metric, also one that is written as a formula. */
export function metricQuery(metric: string) {
  return queryOptions({
    queryKey: ["metrics", metric],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/insights/metrics/{metric}", { params: { path: { metric } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** What a row is about: its value of one dimension. */
export function keyOf(row: Row, field: string): string | number | boolean | null {
  const value = (row.keys as Record<string, unknown>)[field];
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}

/** Whether a figure may be shown as one: below ten answers a page shows the counts alone. */
export function isShown(row: Row): row is Row & { value: number } {
  return row.value !== null && row.warning !== "too_few" && row.warning !== "no_data";
}

export function hasInterval(row: Row): row is Row & { low: number; high: number } {
  return row.low !== null && row.high !== null;
}
