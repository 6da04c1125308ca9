// How answers are kept and asked for again, and how lists are read page by page.

import { type InfiniteData, QueryClient, type UseInfiniteQueryResult, useInfiniteQuery } from "@tanstack/react-query";
import { Problem } from "./problem";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => failures < 2 && error instanceof Problem && error.passes && error.status !== 429,
      retryDelay: (failures) => 400 * 2 ** failures,
    },
    mutations: { retry: false },
  },
});

export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

export type Pages<T> = UseInfiniteQueryResult<InfiniteData<Page<T>>>;

/** A list that the server hands out in pages. `read` is given the cursor, and `undefined` for the first page. */
export function usePages<T>(
  key: readonly unknown[],
  read: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>,
  options: { refetchInterval?: number } = {},
): Pages<T> {
  return useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    ...options,
  });
}
