// @vitest-environment jsdom

import { expect, test } from "vitest";
import { periodOf, readPeriod } from "./periods";

const now = new Date("2026-11-24T20:00:00Z");

test("a named period ends with today, and the time before is as long as what has passed of it", () => {
  const period = periodOf({ period: "7d" }, "Europe/Berlin", now);
  expect(period).toMatchObject({
    from: "2026-11-18",
    to: "2026-11-25",
    last: "2026-11-24",
    days: 7,
    now: "2026-11-24",
  });
  expect(period.previous).toEqual({ from: "2026-11-11", to: "2026-11-17T20:00:00.000Z" });
});

test("the day is the workspace's, not the browser's", () => {
  expect(periodOf({ period: "7d" }, "Asia/Tokyo", now).last).toBe("2026-11-25");
});

test("days that are over are compared with as many days before", () => {
  const period = periodOf({ from: "2026-03-01", to: "2026-03-31" }, "UTC", now);
  expect(period.previous).toEqual({ from: "2026-01-29", to: "2026-03-01" });
});

test("an address that says nonsense says nothing", () => {
  expect(readPeriod({ period: "1000y" })).toEqual({});
  expect(readPeriod({ from: "2026-04-01", to: "2026-03-01" })).toEqual({});
});
