// An answer as series and buckets: what charts and tables are drawn from.

import { buckets } from "../days";
import { type Figures, type Grain, isShown, type Row, TIME } from "../figures";
import type { Span } from "../periods";

export interface Series {
  /** As people read it: `web · checkout`. */
  name: string;
  keys: Record<string, unknown>;
  /** By the bucket's label; `""` where there is no series. */
  at: Map<string, Row>;
  n: number;
}

export interface Answer {
  figures: Figures;
  by: string[];
  grain: Grain | undefined;
  /** Every bucket of the span; one, named "", without a series. */
  buckets: string[];
  /** The largest first. */
  series: Series[];
}

export interface Words {
  missing: string;
  yes: string;
  no: string;
}

export function sayKey(value: unknown, words: Words): string {
  if (value === null || value === undefined) return words.missing;
  if (value === true) return words.yes;
  if (value === false) return words.no;
  return String(value);
}

export function keysWithoutTime(row: Row): Record<string, unknown> {
  const { [TIME]: _, ...keys } = row.keys;
  return keys;
}

export function arrange(
  figures: Figures,
  by: string[],
  grain: Grain | undefined,
  span: Span,
  zone: string,
  words: Words,
): Answer {
  const found = new Map<string, Series>();
  for (const row of figures.rows) {
    const keys = keysWithoutTime(row);
    const id = JSON.stringify(keys);
    let series = found.get(id);
    if (!series) {
      const name = by.map((field) => sayKey(keys[field], words)).join(" · ");
      series = { name, keys, at: new Map(), n: 0 };
      found.set(id, series);
    }
    series.at.set(grain ? String(row.keys[TIME]) : "", row);
    series.n += row.n;
  }
  const series = [...found.values()].sort((one, other) => other.n - one.n);
  return { figures, by, grain, buckets: grain ? buckets(span.from, span.to, grain, zone) : [""], series };
}

/** The n of one series and bucket that can be drawn as a figure. */
export function valueAt(series: Series, bucket: string): number | undefined {
  const row = series.at.get(bucket);
  return row && isShown(row) ? row.value : undefined;
}
