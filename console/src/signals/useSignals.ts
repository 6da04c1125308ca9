// The signals that pass a filter, page by page, and those that come in while somebody follows.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { answer, api } from "../api/client";
import { usePages } from "../api/queries";
import type { Signal } from "./filter/fields";

const PAGE = 100;
/** How often somebody who follows asks again. A tab that nobody sees does not ask. */
const EVERY = 4_000;

const read = (where: string, limit: number, cursor: string | undefined, signal: AbortSignal) =>
  answer(api.GET("/api/v1/signals", { params: { query: { where: where || undefined, limit, cursor } }, signal }));

export function useSignals(where: string, follow: boolean) {
  const queries = useQueryClient();
  const key = useMemo(() => ["signals", where], [where]);
  const pages = usePages<Signal>(key, (cursor, signal) => read(where, PAGE, cursor, signal));
  const listed = useMemo(() => pages.data?.pages.flatMap((page) => page.items) ?? [], [pages.data]);
  const [heard, setHeard] = useState<{ where: string; signals: Signal[] }>({ where, signals: [] });
  const fresh = heard.where === where ? heard.signals : NONE;

  const latest = useQuery({
    queryKey: ["signals-latest", where],
    queryFn: ({ signal }) => read(where, PAGE, undefined, signal),
    enabled: follow && pages.isSuccess,
    refetchInterval: EVERY,
    staleTime: 0,
    gcTime: 0,
  });

  useEffect(() => {
    if (!latest.data) return;
    const known = new Set([...listed, ...fresh].map(({ seq }) => seq));
    const items = latest.data.items.filter(({ seq }) => !known.has(seq));
    if (items.length === 0) return;
    // More came in than one page holds: the list begins anew rather than having a hole.
    if (items.length === latest.data.items.length && known.size > 0) {
      setHeard({ where, signals: [] });
      void queries.resetQueries({ queryKey: key });
      return;
    }
    setHeard({ where, signals: [...items, ...fresh] });
  }, [latest.data, listed, fresh, where, queries, key]);

  const rows = useMemo(() => {
    const had = new Set(listed.map(({ seq }) => seq));
    return [...fresh.filter(({ seq }) => !had.has(seq)), ...listed];
  }, [fresh, listed]);
  return { pages, rows, fresh, following: latest };
}

const NONE: Signal[] = [];
