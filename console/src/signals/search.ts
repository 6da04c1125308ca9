// What the addresses of the signals' pages hold.

import { type PeriodSearch, readPeriod } from "../insights/periods";

export interface SignalsSearch extends PeriodSearch {
  where?: string;
  /** A field by whose values the signals are counted beside the list. */
  count?: string;
  follow?: true;
  /** The message id of the one that is opened. */
  signal?: string;
}

export function readSignals(search: Record<string, unknown>): SignalsSearch {
  const text = (value: unknown) => (typeof value === "string" && value.trim() !== "" ? value : undefined);
  return {
    ...readPeriod(search),
    where: text(search.where),
    count: text(search.count),
    signal: text(search.signal),
    follow: search.follow === true || search.follow === "true" ? true : undefined,
  };
}
