// The time a page is about: it lives in the address, and has a time of the same length before it.

import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { answer, api } from "../api/client";
import { addDays, DAY, dayIn, daysBetween, isDay } from "./days";
import type { Grain } from "./figures";

export const PERIODS = ["7d", "30d", "90d", "365d"] as const;
export type PeriodName = (typeof PERIODS)[number];

/** What the address holds: a name, or the first and the last day. */
export interface PeriodSearch {
  period?: PeriodName;
  from?: string;
  to?: string;
}

/** As the API takes it: days begin in the workspace's calendar, the end is exclusive. */
export interface Span {
  from: string;
  to: string;
}

export interface Period extends Span {
  name: PeriodName | undefined;
  days: number;
  /** The last day, inclusive. */
  last: string;
  previous: Span;
  /** How far it has gone: today is not over yet. */
  now: string;
}

const DEFAULT: PeriodName = "90d";

export function readPeriod(search: Record<string, unknown>): PeriodSearch {
  if (isDay(search.from) && isDay(search.to) && search.from <= search.to) return { from: search.from, to: search.to };
  const name = PERIODS.find((name) => name === search.period);
  return name ? { period: name } : {};
}

export function periodOf(search: PeriodSearch, zone: string, now: Date): Period {
  const today = dayIn(zone, now);
  const named = search.from && search.to ? undefined : (search.period ?? DEFAULT);
  const length = named ? Number.parseInt(named, 10) : 0;
  const last = search.to && !named ? search.to : today;
  const from = search.from && !named ? search.from : addDays(today, 1 - length);
  const to = addDays(last, 1);
  const days = daysBetween(from, to);
  // Today is not over yet: the time before must not be longer than what has passed of this one.
  const open = to > today && from <= today;
  const before = open ? new Date(now.getTime() - days * DAY).toISOString() : from;
  return {
    name: named,
    from,
    to,
    last,
    now: to > today && from <= today ? today : to,
    days,
    previous: { from: addDays(from, -days), to: before },
  };
}

/** The period as another page's address holds it. */
export function periodSearch(period: Period): PeriodSearch {
  return period.name ? { period: period.name } : { from: period.from, to: period.last };
}

/** Fixed for minutes at a time, so that pages that ask the same get the same answer. */
const STEP = 5 * 60_000;

export function usePeriod(search: PeriodSearch): Period {
  return periodOf(search, useZone(), new Date(Math.floor(Date.now() / STEP) * STEP));
}

const calendarQuery = queryOptions({
  queryKey: ["workspace"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/team/workspace", { signal })),
  staleTime: 60_000,
});

/** The calendar in which the workspace counts its days. */
export function useZone(): string {
  return useSuspenseQuery(calendarQuery).data.zone;
}

/** What amounts are in that name no currency. */
export function useCurrency(): string {
  return useSuspenseQuery(calendarQuery).data.currency;
}

/** The grain at which a line over so many days can be read. */
export function grainFor(days: number): Grain {
  if (days <= 2) return "hour";
  if (days <= 31) return "day";
  if (days <= 190) return "week";
  return "month";
}
