// @vitest-environment jsdom

import { expect, test } from "vitest";
import { askedOf, differs, type Question, searchOf } from "./questions";

const question = (asked: Question["asked"]): Question => ({
  id: "q",
  name: "NPS",
  shared: false,
  mine: true,
  asked,
  created_at: "",
  changed_at: "",
});

test("a saved question asks again what the address asked", () => {
  const search = {
    metric: "csat",
    by: ["channel"],
    every: "none" as const,
    where: "score > 2",
    period: "30d" as const,
  };
  const saved = question(askedOf({ ...search, question: "other", saved: true }));
  expect(searchOf(saved)).toMatchObject({ ...search, question: "q" });
  expect(differs({ ...search, question: "q" }, saved)).toBe(false);
  expect(differs({ ...search, by: ["touchpoint"] }, saved)).toBe(true);
});

test("what is not said and what is usual are the same question", () => {
  expect(differs({}, question({ metric: "nps", by: [], compare: false }))).toBe(false);
  expect(differs({ compare: true }, question({ metric: "nps" }))).toBe(true);
});
