// The fields that a filter may test: the columns of a signal, and the properties and traits that were seen lately.

import { useQuery } from "@tanstack/react-query";
import { answer, api } from "../../api/client";
import type { components } from "../../api/schema";
import { useMe } from "../../team/me";
import { property, trait } from "./text";

export type Signal = components["schemas"]["Signal"];

/** In the order in which people ask for them. */
export const GROUPING = [
  "channel",
  "touchpoint",
  "stage",
  "kind",
  "source",
  "scale",
  "language",
  "emotion",
  "risk",
  "currency",
];
export const NUMBERS = ["score", "amount", "sentiment"];
export const COLUMNS = [...GROUPING, ...NUMBERS, "text", "customer"];

/** How many of the latest signals and customers are looked at for the names of their fields. */
const SIGNALS = 200;
const CUSTOMERS = 3;

/** The names of properties and traits that occur in the latest signals: what is there, not what could be. */
export function useSeenFields(): string[] {
  const { may } = useMe();
  const asksCustomers = may("customers:read");
  const { data } = useQuery({
    queryKey: ["fields", asksCustomers],
    queryFn: ({ signal }) => seen(asksCustomers, signal),
    enabled: may("signals:read"),
    staleTime: 300_000,
  });
  return data ?? [];
}

async function seen(asksCustomers: boolean, signal: AbortSignal): Promise<string[]> {
  const page = await answer(api.GET("/api/v1/signals", { params: { query: { limit: SIGNALS } }, signal }));
  const properties = page.items.flatMap(({ properties }) => paths(properties ?? {}));
  const customers = [...new Set(page.items.flatMap(({ customer }) => customer ?? []))].slice(
    0,
    asksCustomers ? CUSTOMERS : 0,
  );
  const profiles = await Promise.all(
    customers.map((customer) =>
      answer(api.GET("/api/v1/customers/{customer}", { params: { path: { customer } }, signal })),
    ),
  );
  const traits = profiles.flatMap((profile) => Object.keys(profile.traits).map(trait));
  return [...new Set([...traits.sort(), ...properties.sort()])];
}

/** Objects are followed two levels deep; lists hold no values that a filter could test. */
function paths(object: Record<string, unknown>, above: string[] = []): string[] {
  return Object.entries(object).flatMap(([name, value]) => {
    if (Array.isArray(value) || value === null) return [];
    if (typeof value === "object") {
      return above.length < 2 ? paths(value as Record<string, unknown>, [...above, name]) : [];
    }
    return [property(...above, name)];
  });
}
