// An answer as text for other programs: comma-separated for files, tab-separated for spreadsheets.

import { hasInterval, isShown, type Row } from "../figures";

export interface Line {
  keys: string[];
  row: Row | undefined;
  before?: Row;
}

export function linesOf(heads: string[], lines: Line[], compare: boolean): string[][] {
  const head = [...heads, "value", "n", "low", "high", "warning", ...(compare ? ["value_before", "n_before"] : [])];
  const cells = lines.map(({ keys, row, before }) => [
    ...keys,
    row && isShown(row) ? String(row.value) : "",
    String(row?.n ?? 0),
    row && isShown(row) && hasInterval(row) ? String(row.low) : "",
    row && isShown(row) && hasInterval(row) ? String(row.high) : "",
    row?.warning ?? "",
    ...(compare ? [before && isShown(before) ? String(before.value) : "", String(before?.n ?? 0)] : []),
  ]);
  return [head, ...cells];
}

export function csv(lines: string[][]): string {
  return lines
    .map((cells) => cells.map(cell).join(","))
    .join("\r\n")
    .concat("\r\n");
}

export function tsv(lines: string[][]): string {
  return lines.map((cells) => cells.map((text) => text.replace(/[\t\r\n]+/g, " ")).join("\t")).join("\n");
}

/** Spreadsheets take what begins with these for a formula; numbers they may have. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
