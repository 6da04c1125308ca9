// What the explorer's address holds: the whole question, and how its answer is shown.

import { isGrain } from "../days";
import type { Grain } from "../figures";
import { type PeriodSearch, readPeriod } from "../periods";

export const SHAPES = ["line", "bar", "heat", "table"] as const;
export type Shape = (typeof SHAPES)[number];

export interface ExploreSearch extends PeriodSearch {
  metric?: string;
  by?: string[];
  /** `none`: no series. Where nothing is said, the grain follows the period. */
  every?: Grain | "none";
  where?: string;
  as?: Shape;
  compare?: true;
  /** The saved question that was opened. */
  question?: string;
  /** The list of saved questions is open. */
  saved?: true;
}

/** Rows are told apart by three fields at most: more cannot be read. */
export const MOST_FIELDS = 3;

const flag = (value: unknown) => (value === true || value === "true" ? true : undefined);

export function readExplore(search: Record<string, unknown>): ExploreSearch {
  const text = (value: unknown) => (typeof value === "string" && value.trim() !== "" ? value : undefined);
  const by = (Array.isArray(search.by) ? search.by : [search.by]).map(text).filter((field) => field !== undefined);
  const every = search.every === "none" || isGrain(search.every) ? search.every : undefined;
  return {
    ...readPeriod(search),
    metric: text(search.metric),
    by: by.length > 0 ? by.slice(0, MOST_FIELDS) : undefined,
    every,
    where: text(search.where),
    as: SHAPES.find((shape) => shape === search.as),
    compare: flag(search.compare),
    question: text(search.question),
    saved: flag(search.saved),
  };
}
