// The rows of the table: every group and bucket, with the figure of the time before beside it.

import type { SignalsSearch } from "../../signals/search";
import type { Point } from "./behind";
import type { FigureLine } from "./FiguresTable";
import { type Answer, sayKey, type Words } from "./table";

export interface ExportLine extends FigureLine {
  /** Its keys as programs read them. */
  raw: string[];
}

export function figureLines(
  answer: Answer,
  before: Answer | undefined,
  words: Words,
  sayBucket: (bucket: string) => string,
  link: (point: Point) => SignalsSearch | undefined,
): ExportLine[] {
  const { by, grain, buckets, series } = answer;
  const earlier = new Map(before?.series.map((one) => [JSON.stringify(one.keys), one]));
  return buckets.flatMap((bucket, i) =>
    series.flatMap((one): ExportLine[] => {
      const row = one.at.get(bucket);
      // A single series shows its gaps; of many, those would be most of the table.
      if (!row && series.length > 1) return [];
      const id = JSON.stringify(one.keys);
      const names = by.map((field) => sayKey(one.keys[field], words));
      return [
        {
          id: `${bucket}${id}`,
          keys: grain ? [sayBucket(bucket), ...names] : names,
          raw: [...(grain ? [bucket] : []), ...by.map((field) => String(one.keys[field] ?? ""))],
          row,
          before: before && earlier.get(id)?.at.get(grain ? (before.buckets[i] ?? "") : ""),
          link: row && link({ keys: one.keys, bucket: grain ? bucket : undefined }),
        },
      ];
    }),
  );
}
