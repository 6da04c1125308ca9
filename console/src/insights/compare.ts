// Two figures of the same metric, one after the other: what may be said about the change between them.

import { hasInterval, isShown, type Polarity, type Row, type Unit } from "./figures";

export type Comparison =
  /** One of the two does not exist, or is too small to be shown. */
  | { says: "nothing" }
  /** Both are complete counts, not samples: the change is what it is. `ratio` is missing where there was 0. */
  | { says: "counted"; delta: number; ratio: number | undefined }
  /** The intervals overlap: the change may be chance. */
  | { says: "unclear"; delta: number }
  /** The intervals do not overlap. `good` is missing where neither direction is better. */
  | { says: "changed"; delta: number; up: boolean; good: boolean | undefined };

/**
 * A change of a sampled figure is marked only when the two 95 % intervals do not overlap. That is stricter than a test
 * of the difference, so a marked change would pass that too.
 */
export function compare(now: Row | undefined, before: Row | undefined, unit: Unit, polarity: Polarity): Comparison {
  if (!now || !before || !isShown(now) || !isShown(before)) return { says: "nothing" };
  const delta = now.value - before.value;
  if (!hasInterval(now) || !hasInterval(before)) {
    if (unit !== "count" && unit !== "money") return { says: "nothing" };
    return { says: "counted", delta, ratio: before.value === 0 ? undefined : delta / Math.abs(before.value) };
  }
  if (now.low <= before.high && now.high >= before.low) return { says: "unclear", delta };
  const up = delta > 0;
  const good = polarity === "neutral" ? undefined : up === (polarity === "higher_is_better");
  return { says: "changed", delta, up, good };
}
