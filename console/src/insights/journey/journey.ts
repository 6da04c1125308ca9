// The journey of the workspace: its stages and touchpoints.

import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "../../api/client";
import type { components } from "../../api/schema";
import { keyOf, type Row } from "../figures";

export type Touchpoint = components["schemas"]["Touchpoint"];

/** What is known of a touchpoint before it is registered. */
export type Seen = Pick<Touchpoint, "name" | "channel">;

export const journeyQuery = queryOptions({
  queryKey: ["journey"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/insights/journey", { signal })),
});

/** All of them: a workspace has at most a thousand. */
export const touchpointsQuery = queryOptions({
  queryKey: ["touchpoints"],
  queryFn: async ({ signal }) => {
    const found: Touchpoint[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: 200, cursor };
      const page = await answer(api.GET("/api/v1/insights/touchpoints", { params: { query }, signal }));
      found.push(...page.items);
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    return found;
  },
});

/** Touchpoints that signals name and nobody has registered, the busiest first; the channel where they have one alone. */
export function unregistered(rows: Row[], registered: Touchpoint[]): (Seen & { n: number })[] {
  const known = new Set(registered.map(({ name }) => name));
  const found = new Map<string, Seen & { n: number }>();
  for (const row of rows) {
    const name = keyOf(row, "touchpoint");
    const channel = keyOf(row, "channel");
    if (typeof name !== "string" || known.has(name)) continue;
    const one = found.get(name);
    const on = typeof channel === "string" ? channel : null;
    found.set(
      name,
      one ? { name, channel: one.channel === on ? on : null, n: one.n + row.n } : { name, channel: on, n: row.n },
    );
  }
  return [...found.values()].sort((one, other) => other.n - one.n);
}
