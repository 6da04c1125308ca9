// @vitest-environment jsdom

import { expect, test } from "vitest";
import type { Row } from "../figures";
import { unregistered } from "./journey";

const row = (touchpoint: string | null, channel: string | null, n: number) =>
  ({ keys: { touchpoint, channel }, n, value: n, low: null, high: null, warning: null }) as unknown as Row;

test("what signals name and nobody has registered is offered, the busiest first", () => {
  const rows = [
    row("checkout", "web", 5),
    row("delivery", "email", 3),
    row("delivery", "sms", 4),
    row(null, "web", 9),
    row("support", "phone", 8),
  ];
  const registered = [{ id: "1", name: "support", created_at: "" }];
  expect(unregistered(rows, registered)).toEqual([
    { name: "delivery", channel: null, n: 7 },
    { name: "checkout", channel: "web", n: 5 },
  ]);
});
