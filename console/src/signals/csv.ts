// Signals as a file for spreadsheets: one column for each field, the properties as JSON.

import { csv } from "../insights/explore/export";
import type { Signal } from "./filter/fields";

const FIELDS = [
  "seq",
  "id",
  "message_id",
  "occurred_at",
  "received_at",
  "customer",
  "kind",
  "channel",
  "touchpoint",
  "stage",
  "source",
  "scale",
  "score",
  "amount",
  "currency",
  "text",
  "language",
  "sentiment",
  "emotion",
  "risk",
] as const;

export function signalsCsv(signals: Signal[]): string {
  const rows = signals.map((signal) => [
    ...FIELDS.map((field) => String(signal[field] ?? "")),
    JSON.stringify(signal.properties ?? {}),
  ]);
  return csv([[...FIELDS, "properties"], ...rows]);
}
