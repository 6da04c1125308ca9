import { expect, test } from "vitest";
import { all, equals, property, within } from "./text";
import { filterText } from "./tree";

test("quotes within text are written twice", () => {
  expect(equals("text", "it's")).toBe("text = 'it''s'");
  expect(equals("properties.late", true)).toBe("properties.late = true");
  expect(equals("channel", null)).toBe("channel is null");
});

test("what is joined by or keeps its meaning beside other conditions", () => {
  expect(all("a = 1 or b = 2", "c = 3")).toBe("(a = 1 or b = 2) and c = 3");
  expect(all("text contains 'this or that'", "c = 3")).toBe("text contains 'this or that' and c = 3");
  expect(all(undefined, "all", "", "c = 3")).toBe("c = 3");
});

test("odd names stand in double quotes", () => {
  expect(property("address", "post code")).toBe('properties.address."post code"');
});

test("days are an interval with an open end", () => {
  expect(within({ from: "2026-01-01", to: "2026-02-01" })).toBe(
    "occurred_at >= '2026-01-01' and occurred_at < '2026-02-01'",
  );
});

test("a filter that is stored as a tree is read as text", () => {
  const tree = {
    and: [
      { is: ["kind", { one_of: ["review_posted"] }] },
      { not: { is: ["text", "present"] } },
      { or: [{ is: ["score", { ordered: ["at_least", 4] }] }, { is: ["channel", { one_of: ["web", "email"] }] }] },
    ],
  };
  expect(filterText(tree)).toBe(
    "kind = 'review_posted' and not (text is not null) and (score >= 4 or channel in ('web', 'email'))",
  );
  expect(filterText("all")).toBe("all");
  expect(filterText({ later: 1 })).toBe('{"later":1}');
});
