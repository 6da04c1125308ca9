// Days of a calendar as text, `2026-01-31`, and the buckets that a series is cut into.

import type { Grain } from "./figures";

export const DAY = 86_400_000;

const utc = (day: string) => new Date(`${day}T00:00:00Z`);
const text = (date: Date) => date.toISOString().slice(0, 10);

export function isDay(value: unknown): value is string {
  return typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(utc(value).getTime());
}

export function addDays(day: string, days: number): string {
  return text(new Date(utc(day).getTime() + days * DAY));
}

export function daysBetween(from: string, to: string): number {
  return Math.round((utc(to).getTime() - utc(from).getTime()) / DAY);
}

/** Which day it is in a time zone. */
export function dayIn(zone: string, at: Date): string {
  return new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).format(at);
}

/** The first day of the bucket that a day falls into. */
export function startOf(day: string, grain: Grain): string {
  const date = utc(day);
  if (grain === "week") return addDays(day, -((date.getUTCDay() + 6) % 7));
  if (grain === "month") return `${day.slice(0, 7)}-01`;
  if (grain === "quarter") {
    const month = Math.floor(date.getUTCMonth() / 3) * 3 + 1;
    return `${day.slice(0, 4)}-${String(month).padStart(2, "0")}-01`;
  }
  if (grain === "year") return `${day.slice(0, 4)}-01-01`;
  return day;
}

const MONTHS = { month: 1, quarter: 3, year: 12 };

function nextStart(start: string, grain: Grain): string {
  if (grain === "month" || grain === "quarter" || grain === "year") {
    const date = utc(start);
    date.setUTCMonth(date.getUTCMonth() + MONTHS[grain]);
    return text(date);
  }
  return addDays(start, grain === "week" ? 7 : 1);
}

/** How the server labels the bucket that begins on a day: `2026-W05`, `2026-Q1`. */
function label(start: string, grain: Grain): string {
  if (grain === "month") return start.slice(0, 7);
  if (grain === "year") return start.slice(0, 4);
  if (grain === "quarter") return `${start.slice(0, 4)}-Q${Math.floor(utc(start).getUTCMonth() / 3) + 1}`;
  if (grain === "week") {
    const thursday = addDays(start, 3);
    const week = Math.floor(daysBetween(`${thursday.slice(0, 4)}-01-01`, thursday) / 7) + 1;
    return `${thursday.slice(0, 4)}-W${String(week).padStart(2, "0")}`;
  }
  return start;
}

/** The bucket that a moment falls into, as the server labels it. */
export function bucketOf(at: Date, grain: Grain, zone: string): string {
  return grain === "hour" ? hourLabel(at, zone) : label(startOf(dayIn(zone, at), grain), grain);
}

/** Every bucket from a day to another, exclusive, as the server labels them: a series so shows its gaps. */
export function buckets(from: string, to: string, grain: Grain, zone: string): string[] {
  if (grain === "hour") return hours(from, to, zone);
  const labels: string[] = [];
  for (let start = startOf(from, grain); start < to && labels.length < MOST; start = nextStart(start, grain)) {
    labels.push(label(start, grain));
  }
  return labels;
}

/** More points than a screen has pixels say nothing more. */
const MOST = 2_000;

function hours(from: string, to: string, zone: string): string[] {
  const labels: string[] = [];
  // A zone is at most 14 hours ahead of UTC: the first hour of the local day lies within those around it.
  const end = utc(to).getTime() + 15 * 3_600_000;
  for (let at = utc(from).getTime() - 15 * 3_600_000; at < end && labels.length < MOST; at += 3_600_000) {
    const label = hourLabel(new Date(at), zone);
    if (label.slice(0, 10) >= from && label.slice(0, 10) < to) labels.push(label);
  }
  return labels;
}

function hourLabel(at: Date, zone: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    hourCycle: "h23",
    timeZoneName: "longOffset",
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((part) => part.type === type)?.value ?? "";
  const offset = part("timeZoneName").replace("GMT", "") || "+00:00";
  return `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:00${offset}`;
}

/** From a bucket's label back to its first moment and the one after its last, as the filter language reads them. */
export function bucketSpan(label: string, grain: Grain): { from: string; to: string } {
  if (grain === "hour") {
    const from = new Date(label);
    return { from: from.toISOString(), to: new Date(from.getTime() + 3_600_000).toISOString() };
  }
  const from = firstDay(label, grain);
  return { from, to: nextStart(from, grain) };
}

/** Whether all of a bucket lies within a span of days: of one that does not, a count says too little. */
export function isWhole(label: string, grain: Grain, span: { from: string; to: string }): boolean {
  if (grain === "hour") return label.slice(0, 10) >= span.from && label.slice(0, 10) < span.to;
  const { from, to } = bucketSpan(label, grain);
  return from >= span.from && to <= span.to;
}

function firstDay(label: string, grain: Grain): string {
  if (grain === "month") return `${label}-01`;
  if (grain === "year") return `${label}-01-01`;
  const year = label.slice(0, 4);
  if (grain === "quarter") return `${year}-${String(Number(label.slice(6)) * 3 - 2).padStart(2, "0")}-01`;
  // The fourth of January lies in the first week of its year (ISO 8601).
  if (grain === "week") return addDays(startOf(`${year}-01-04`, "week"), (Number(label.slice(6)) - 1) * 7);
  return label;
}

/** A bucket as people say it: `12 Mar`, `Mar 2026`. */
export function sayBucket(label: string, grain: Grain, language: string, long = false): string {
  if (grain === "hour") {
    const [day = "", rest = ""] = label.split("T");
    return `${sayDay(day, language, long)} ${rest.slice(0, 5)}`;
  }
  if (grain === "year" || grain === "quarter") return label.replace("-", " ");
  const start = firstDay(label, grain);
  if (grain === "month") {
    return utc(start).toLocaleDateString(language, {
      month: long ? "long" : "short",
      year: "numeric",
      timeZone: "UTC",
    });
  }
  if (grain === "week" && long)
    return `${sayDay(start, language, false)} – ${sayDay(addDays(start, 6), language, true)}`;
  return sayDay(start, language, long);
}

export function sayDay(day: string, language: string, year = true): string {
  const shape: Intl.DateTimeFormatOptions = { day: "numeric", month: "short", timeZone: "UTC" };
  return utc(day).toLocaleDateString(language, year ? { ...shape, year: "numeric" } : shape);
}

export const GRAINS: Grain[] = ["hour", "day", "week", "month", "quarter", "year"];

export function isGrain(value: unknown): value is Grain {
  return GRAINS.some((grain) => grain === value);
}
