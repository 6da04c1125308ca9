// From a figure back to the signals behind it, as a filter.

import { all, equals, type Scalar, within } from "../../signals/filter/text";
import { filterText } from "../../signals/filter/tree";
import { bucketSpan } from "../days";
import type { Metric } from "../figures";
import type { Span } from "../periods";
import type { Asked } from "./question";

export interface Point {
  keys: Record<string, unknown>;
  bucket?: string;
}

/** Metric, the page's own filter, the group and the bucket: all of them hold for the signals of one figure. */
export function behind(metric: Metric | undefined, asked: Asked, span: Span, point?: Point): string {
  const groups = point ? asked.by.map((field) => equals(field, (point.keys[field] ?? null) as Scalar)) : [];
  const time = point?.bucket && asked.every ? cut(bucketSpan(point.bucket, asked.every), span) : undefined;
  return all(metric && filterText(metric.filter), asked.where, ...groups, time && within(time));
}

/** The first and the last bucket reach beyond the span that was asked about; days compare as text. */
function cut(bucket: Span, span: Span): Span {
  if (bucket.from.includes("T")) return bucket;
  const [from = bucket.from] = [bucket.from, span.from].sort().slice(-1);
  const [to = bucket.to] = [bucket.to, span.to].sort();
  return { from, to };
}
