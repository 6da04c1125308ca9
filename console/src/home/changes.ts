// What changed most between the two halves of a period, found by asking for every group and testing each.

import { compare, distance } from "../insights/compare";
import type { Metric, Row } from "../insights/figures";

export interface Found {
  metric: Metric;
  keys: Record<string, unknown>;
  before: Row;
  now: Row;
  up: boolean;
  good: boolean | undefined;
  /** In standard errors. */
  distance: number;
}

export interface Halves {
  metric: Metric;
  before: Row[];
  now: Row[];
}

/** More would be a list, not an answer. */
const MOST = 5;

/**
 * The groups whose intervals do not overlap and whose change is significant after Bonferroni's correction for the
 * number of groups that were compared: whoever looks at a hundred groups finds five by chance alone.
 */
export function biggestChanges(halves: Halves[]): { found: Found[]; compared: number } {
  const pairs = halves.flatMap(({ metric, before, now }) => {
    const earlier = new Map(before.map((row) => [JSON.stringify(row.keys), row]));
    return now.flatMap((row) => {
      const other = earlier.get(JSON.stringify(row.keys));
      if (!other) return [];
      const comparison = compare(row, other, metric.unit, metric.polarity);
      if (comparison.says !== "changed" && comparison.says !== "unclear") return [];
      return [{ metric, before: other, now: row, comparison }];
    });
  });
  const needed = quantile(1 - 0.05 / 2 / Math.max(pairs.length, 1));
  const found = pairs.flatMap(({ comparison, ...pair }) => {
    const far = distance(pair.now, pair.before);
    if (comparison.says !== "changed" || far < needed) return [];
    return [{ ...pair, keys: pair.now.keys, up: comparison.up, good: comparison.good, distance: far }];
  });
  found.sort((one, other) => other.distance - one.distance);
  const told = found.filter((one, i) => !found.slice(0, i).some((other) => isSame(one, other)));
  return { found: told.slice(0, MOST), compared: pairs.length };
}

/** One change seen twice: a touchpoint as a whole, and in one of its channels. The clearer one comes first. */
function isSame(one: Found, other: Found): boolean {
  const whole = !("channel" in one.keys) || !("channel" in other.keys);
  return whole && one.metric === other.metric && one.up === other.up && one.keys.touchpoint === other.keys.touchpoint;
}

/** The standard normal quantile above one half, within 0.00045 (Abramowitz & Stegun 26.2.23). */
function quantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - p));
  return t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}
