// Who is logged in, in which workspace, and what they may do there.

import { queryOptions, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { answer, api } from "../api/client";
import type { components } from "../api/schema";
import { expiry, workspace } from "../api/session";
import type { Permission } from "./roles";

export type MyWorkspace = components["schemas"]["MyWorkspace"];

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/team/me", { signal })),
  staleTime: 60_000,
});

export const workspacesQuery = queryOptions({
  queryKey: ["workspaces"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/team/workspaces", { signal })),
  staleTime: 60_000,
});

export const secondFactorQuery = queryOptions({
  queryKey: ["second-factor"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/team/second-factor", { signal })),
  staleTime: 60_000,
});

/** The chosen workspace, or the first where none, or a foreign one, is chosen. */
export function chosen(workspaces: MyWorkspace[]): MyWorkspace | undefined {
  const id = workspace.get();
  return workspaces.find((workspace) => workspace.id === id) ?? workspaces[0];
}

export function useMe() {
  const { data: person } = useSuspenseQuery(meQuery);
  const { data: page } = useSuspenseQuery(workspacesQuery);
  const here = chosen(page.items);
  const permissions = here?.permissions ?? [];
  return {
    person,
    workspaces: page.items,
    /** The open workspace and the person's role there; nothing for somebody who is in none. */
    here,
    permissions,
    may: (permission: Permission) => permissions.includes(permission),
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
