// From the explorer's address to the questions that answer it.

import type { Grain, Question } from "../figures";
import { grainFor, type Period, type Span } from "../periods";
import type { ExploreSearch, Shape } from "./search";

export interface Asked {
  metric: string;
  by: string[];
  every: Grain | undefined;
  where: string | undefined;
  shape: Shape;
  compare: boolean;
}

export const DEFAULT_METRIC = "nps";

export function askedBy(search: ExploreSearch, period: Period): Asked {
  const by = search.by ?? [];
  const usual = by.length > 0 && search.as !== "line" && search.as !== "heat" ? undefined : grainFor(period.days);
  const every = search.every === "none" ? undefined : (search.every ?? usual);
  const shape = search.as ?? (every ? "line" : by.length > 0 ? "bar" : "table");
  return {
    metric: search.metric ?? DEFAULT_METRIC,
    by,
    every,
    where: search.where,
    shape,
    compare: search.compare === true,
  };
}

export function questionOf({ metric, by, every, where }: Asked, span: Span): Question {
  return {
    metric,
    ...(by.length > 0 && { by }),
    ...(every && { every }),
    ...(where && { where }),
    from: span.from,
    to: span.to,
  };
}
