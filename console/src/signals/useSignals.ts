// The signals that pass a filter, page by page, and those that come in while somebody follows.

import { useDocumentVisibility } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { answer, api } from "../api/client";
import { usePages } from "../api/queries";
import type { Signal } from "./filter/fields";
import { type Feed, follow } from "./live";

const PAGE = 100;
/** Beyond so many that came in, the list begins anew: a page left open for days must not grow without end. */
const MOST_HEARD = 1_000;

const read = (where: string, limit: number, cursor: string | undefined, signal: AbortSignal) =>
  answer(api.GET("/api/v1/signals", { params: { query: { where: where || undefined, limit, cursor } }, signal }));

export function useSignals(where: string, following: boolean) {
  const queries = useQueryClient();
  const key = useMemo(() => ["signals", where], [where]);
  const pages = usePages<Signal>(key, (cursor, signal) => read(where, PAGE, cursor, signal));
  const listed = useMemo(() => pages.data?.pages.flatMap((page) => page.items) ?? [], [pages.data]);
  const [heard, setHeard] = useState<{ where: string; signals: Signal[] }>({ where, signals: [] });
  const [feed, setFeed] = useState<Feed>("joining");
  const fresh = heard.where === where ? heard.signals : NONE;
  // A tab that nobody sees follows nothing.
  const visible = useDocumentVisibility() === "visible";
  const follows = following && visible && pages.isSuccess;

  // biome-ignore lint/correctness/useExhaustiveDependencies: where it begins is known when it begins; later pages are older
  useEffect(() => {
    if (!follows) return;
    const seen = [...listed, ...fresh].map(({ seq }) => seq);
    return follow({
      where,
      after: seen.length > 0 ? Math.max(...seen) : undefined,
      state: setFeed,
      heard: (signals) =>
        setHeard((had) => {
          const before = had.where === where ? had.signals : NONE;
          return { where, signals: [...signals.reverse(), ...before] };
        }),
    });
  }, [where, follows]);

  useEffect(() => {
    if (fresh.length <= MOST_HEARD) return;
    setHeard({ where, signals: [] });
    void queries.resetQueries({ queryKey: key });
  }, [fresh, where, queries, key]);

  const rows = useMemo(() => {
    const had = new Set(listed.map(({ seq }) => seq));
    return [...fresh.filter(({ seq }) => !had.has(seq)), ...listed];
  }, [fresh, listed]);
  return { pages, rows, fresh, feed };
}

const NONE: Signal[] = [];
