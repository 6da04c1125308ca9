import { expect, test } from "vitest";
import { anchor, ON_PAGES, readWords, WORDS } from "./words";

test("the page of words is read as a table", () => {
  expect(readWords("# Words\n\n| word | meaning |\n|---|---|\n| n | how many |\n| a, b | `c` and d |\n")).toEqual([
    { word: "n", meaning: "how many" },
    { word: "a, b", meaning: "`c` and d" },
  ]);
});

test("every word that a page names is explained, once", () => {
  const known = WORDS.map(({ word }) => word);
  expect(new Set(known.map(anchor)).size).toBe(known.length);
  for (const word of Object.values(ON_PAGES).flat()) expect(known).toContain(word);
});
