// @vitest-environment jsdom

import { expect, test } from "vitest";
import { type Annotation, flagsOf } from "./annotations";

const note = (at: string, title: string): Annotation => ({ id: title, at, kind: "release", title });

test("an annotation stands at the bucket that its moment falls into in the workspace's calendar", () => {
  const late = note("2026-03-01T23:30:00Z", "Late at night");
  expect(flagsOf([late], ["2026-03-01", "2026-03-02"], "day", "UTC")).toEqual([
    { index: 0, numbers: [1], title: "Late at night" },
  ]);
  expect(flagsOf([late], ["2026-03-01", "2026-03-02"], "day", "Europe/Berlin")[0]?.index).toBe(1);
  expect(flagsOf([late], ["2026-W09", "2026-W10"], "week", "UTC")[0]?.index).toBe(0);
  expect(flagsOf([late], ["2026-02", "2026-03"], "month", "UTC")[0]?.index).toBe(1);
});

test("annotations of one bucket share a flag, and those outside have none", () => {
  const notes = [
    note("2026-01-01T00:00:00Z", "Before"),
    note("2026-03-02T08:00:00Z", "A"),
    note("2026-03-03T08:00:00Z", "B"),
  ];
  expect(flagsOf(notes, ["2026-03"], "month", "UTC")).toEqual([{ index: 0, numbers: [2, 3], title: "A, B" }]);
});
