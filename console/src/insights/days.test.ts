import { expect, test } from "vitest";
import { bucketSpan, buckets, isWhole, sayBucket } from "./days";

test("buckets are labelled as the server labels them", () => {
  expect(buckets("2026-12-28", "2027-01-12", "week", "UTC")).toEqual(["2026-W53", "2027-W01", "2027-W02"]);
  expect(buckets("2026-01-31", "2026-03-01", "month", "UTC")).toEqual(["2026-01", "2026-02"]);
  expect(buckets("2026-05-01", "2026-07-02", "quarter", "UTC")).toEqual(["2026-Q2", "2026-Q3"]);
});

test("the hours of the days on which clocks change carry their offset", () => {
  const spring = buckets("2026-03-29", "2026-03-30", "hour", "Europe/Berlin");
  expect(spring).toHaveLength(23);
  expect(spring.slice(1, 3)).toEqual(["2026-03-29T01:00+01:00", "2026-03-29T03:00+02:00"]);
  const autumn = buckets("2026-10-25", "2026-10-26", "hour", "Europe/Berlin");
  expect(autumn).toHaveLength(25);
  expect(autumn.slice(2, 4)).toEqual(["2026-10-25T02:00+02:00", "2026-10-25T02:00+01:00"]);
});

test("a label leads back to its days", () => {
  expect(bucketSpan("2026-W53", "week")).toEqual({ from: "2026-12-28", to: "2027-01-04" });
  expect(bucketSpan("2026-Q4", "quarter")).toEqual({ from: "2026-10-01", to: "2027-01-01" });
  expect(bucketSpan("2026-02", "month")).toEqual({ from: "2026-02-01", to: "2026-03-01" });
  expect(sayBucket("2026-W01", "week", "en")).toBe("Dec 29");
});

test("a month that is not over yet is not whole", () => {
  expect(isWhole("2026-11", "month", { from: "2026-01-01", to: "2026-11-24" })).toBe(false);
  expect(isWhole("2026-10", "month", { from: "2026-01-01", to: "2026-11-24" })).toBe(true);
});
