// Saved questions: what the explorer's address holds, kept under a name.

import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "../../api/client";
import type { components } from "../../api/schema";
import { DEFAULT_METRIC } from "../explore/question";
import { type ExploreSearch, readExplore } from "../explore/search";

export type Question = components["schemas"]["Question"];
export type AskedQuestion = components["schemas"]["AskedQuestion"];

export function questionQuery(id: string) {
  return queryOptions({
    queryKey: ["questions", id],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/insights/questions/{question}", { params: { path: { question: id } }, signal })),
  });
}

/** What is saved of an address. */
export function askedOf({ question: _, saved: __, ...search }: ExploreSearch): AskedQuestion {
  return { ...search, metric: search.metric ?? DEFAULT_METRIC };
}

/** The address that asks a saved question. */
export function searchOf({ id, asked }: Question): ExploreSearch {
  return { ...readExplore({ ...asked }), question: id };
}

/** Whether an address asks something else than what was saved. */
export function differs(search: ExploreSearch, { asked }: Question): boolean {
  const plain = (asked: AskedQuestion) =>
    JSON.stringify(
      Object.entries(readExplore({ ...asked }))
        .filter(([, value]) => value !== undefined)
        .sort(),
    );
  return plain(askedOf(search)) !== plain(asked);
}

/** Every list and every page of a question is asked for again. */
export function useRefreshQuestions() {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ["questions"] });
}
