// The audit log names people and keys by their ids alone; here the names they have now are put to them.

import { useQuery } from "@tanstack/react-query";
import { answer, api } from "../../api/client";
import { useMe } from "../me";

export type Names = Map<string, string>;

export function useNames(): Names {
  const { may } = useMe();
  const members = useQuery({
    queryKey: ["names", "members"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/team/members", { params: { query: { limit: 200 } }, signal })),
  });
  const keys = useQuery({
    queryKey: ["names", "keys"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/team/keys", { params: { query: { limit: 200 } }, signal })),
    enabled: may("keys:read"),
  });
  const named = [...(members.data?.items ?? []), ...(keys.data?.items ?? [])];
  return new Map(named.map(({ id, name }) => [id, name]));
}
