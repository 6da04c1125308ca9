// Consent: its topics, its rules and what one customer has said.

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, api } from "../../api/client";
import type { components } from "../../api/schema";

export type Topic = components["schemas"]["Topic"];
export type Channel = components["schemas"]["ContactChannel"];
export type Basis = components["schemas"]["Basis"];
export type Rules = components["schemas"]["ContactRules"];
export type Consent = components["schemas"]["Consent"];
export type Preference = components["schemas"]["Preference"];

export const CHANNELS: Channel[] = ["email", "sms", "phone", "mobile", "chat", "social", "web"];
export const BASES: Basis[] = ["opt_in", "opt_out", "transactional"];

/** All of them: a workspace has at most two hundred, which is one page. */
export const topicsQuery = queryOptions({
  queryKey: ["topics"],
  queryFn: async ({ signal }) =>
    (await answer(api.GET("/api/v1/customers/topics", { params: { query: { limit: 200 } }, signal }))).items,
});

export const rulesQuery = queryOptions({
  queryKey: ["contact-rules"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/customers/contact-rules", { signal })),
});

export const preferencesQuery = (customer: string) =>
  queryOptions({
    queryKey: ["customer", customer, "preferences"],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/customers/{customer}/preferences", { params: { path: { customer } }, signal })),
  });

export const consentsQuery = (customer: string) =>
  infiniteQueryOptions({
    queryKey: ["customer", customer, "consents"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET("/api/v1/customers/{customer}/consents", {
          params: { path: { customer }, query: { limit: 20, cursor: pageParam } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

/** An id made of a name: what senders are to call a topic. */
export const idOf = (name: string) =>
  name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 60);
