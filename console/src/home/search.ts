// What home's address holds.

import { type PeriodSearch, readPeriod } from "../insights/periods";

export interface HomeSearch extends PeriodSearch {
  /** The first steps instead of the score card. */
  steps?: true;
}

export function readHome(search: Record<string, unknown>): HomeSearch {
  return { ...readPeriod(search), steps: search.steps === true || search.steps === "true" ? true : undefined };
}
