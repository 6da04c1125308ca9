// @vitest-environment jsdom

import { expect, test } from "vitest";
import { compare } from "./compare";
import type { Row } from "./figures";

const row = (value: number, low: number | null, high: number | null, n = 200, keys = {}): Row => ({
  keys,
  value,
  n,
  low,
  high,
  warning: n < 10 ? "too_few" : null,
});

test("a change is marked only when the intervals do not overlap", () => {
  const before = row(30, 25, 35);
  expect(compare(row(34, 29, 39), before, "points", "higher_is_better").says).toBe("unclear");
  expect(compare(row(50, 45, 55), before, "points", "higher_is_better")).toMatchObject({ up: true, good: true });
  expect(compare(row(3.4, 3.2, 3.6), row(2.8, 2.6, 3), "score", "lower_is_better")).toMatchObject({
    up: true,
    good: false,
  });
});

test("a figure of too few answers is compared with nothing", () => {
  expect(compare(row(90, 50, 100, 4), row(10, 5, 15), "percent", "higher_is_better").says).toBe("nothing");
  expect(compare(undefined, row(10, 5, 15), "percent", "higher_is_better").says).toBe("nothing");
});

test("counts are what they are", () => {
  expect(compare(row(120, null, null), row(100, null, null), "count", "neutral")).toMatchObject({ ratio: 0.2 });
  expect(compare(row(5, null, null), row(0, null, null), "count", "neutral")).toMatchObject({ ratio: undefined });
});
