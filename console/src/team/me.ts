// Who is logged in, in which workspace, and what they may do there.

import { queryOptions, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { answer, api } from "../api/client";
import type { components } from "../api/schema";
import { expiry, workspace } from "../api/session";

export type Permission = components["schemas"]["Permission"];
export type Role = components["schemas"]["Role"];
export type Membership = components["schemas"]["Membership"];

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/team/me", { signal })),
  staleTime: 60_000,
});

export const membershipsQuery = queryOptions({
  queryKey: ["memberships"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/team/workspaces", { signal })),
  staleTime: 60_000,
});

/** The chosen membership, or the oldest where none, or a foreign one, is chosen. */
export function chosen(memberships: Membership[]): Membership | undefined {
  const id = workspace.get();
  return memberships.find((membership) => membership.workspace.id === id) ?? memberships[0];
}

export function useMe() {
  const { data: person } = useSuspenseQuery(meQuery);
  const { data: page } = useSuspenseQuery(membershipsQuery);
  const membership = chosen(page.items);
  return {
    person,
    memberships: page.items,
    membership,
    may: (permission: Permission) => membership?.permissions.includes(permission) ?? false,
  };
}

/** Ends the session here and leaves nothing of it in memory. */
export function useLogOut() {
  const queries = useQueryClient();
  return async () => {
    await answer(api.DELETE("/api/v1/team/session"));
    expiry.watching = false;
    queries.clear();
    // A fresh page: nothing of the person who left stays in this one.
    location.assign("/login");
  };
}
