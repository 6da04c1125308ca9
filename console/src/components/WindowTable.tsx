// A table of any length: only the rows that are seen are drawn, and the page itself scrolls.

import { VisuallyHidden } from "@mantine/core";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import classes from "./Table.module.css";

export interface WindowColumn<T> {
  header: string;
  cell: (row: T) => ReactNode;
  /** Numbers stand at the end. */
  end?: boolean;
  /** Its part of the width, for tables whose columns must not move while they are scrolled. */
  width?: string;
}

interface Props<T> {
  label: string;
  columns: WindowColumn<T>[];
  rows: T[];
  id: (row: T) => string | number;
  /** One line for each cell; what does not fit is cut. A telephone shows the first and the last beside each other. */
  single?: boolean;
  /** The whole row leads where its first button does. */
  open?: (row: T) => void;
  /** Rows to be noticed. */
  marked?: (row: T) => boolean;
  /** Called when the last rows come into sight. */
  reached?: () => void;
  foot?: ReactNode;
}

/** Fewer are drawn at once: the browser's own search then finds everything. */
const ALWAYS = 100;
const ROW = 41;

export function WindowTable<T>({ label, columns, rows, id, single, open, marked, reached, foot }: Props<T>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const box = body.current?.getBoundingClientRect();
    if (box) setTop(Math.round(box.top + window.scrollY));
  }, []);
  const whole = rows.length <= ALWAYS;
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW,
    overscan: 12,
    scrollMargin: top,
    getItemKey: (index) => id(rows[index] as T),
  });
  const items = virtual.getVirtualItems();
  const first = whole ? 0 : (items[0]?.index ?? 0);
  const last = whole ? rows.length - 1 : (items.at(-1)?.index ?? -1);
  const above = whole ? 0 : (items[0]?.start ?? top) - top;
  const below = whole ? 0 : virtual.getTotalSize() - ((items.at(-1)?.end ?? top) - top);

  const end = rows.length - 1;
  const seen = items.at(-1)?.index ?? -1;
  const latest = useRef(reached);
  latest.current = reached;
  useLayoutEffect(() => {
    if (end >= 0 && seen >= end) latest.current?.();
  }, [seen, end]);

  return (
    <div className={classes.frame}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className={classes.scroll} aria-label={label} tabIndex={0}>
        <table
          className={classes.table}
          role="table"
          aria-rowcount={rows.length + 1}
          data-single={single || undefined}
          data-opens={open !== undefined || undefined}
        >
          <caption>
            <VisuallyHidden>{label}</VisuallyHidden>
          </caption>
          <colgroup>
            {columns.map((column) => (
              <col key={column.header} style={{ width: column.width }} />
            ))}
          </colgroup>
          <thead role="rowgroup">
            <tr role="row" aria-rowindex={1}>
              {columns.map((column) => (
                <th
                  key={column.header}
                  scope="col"
                  role="columnheader"
                  className={column.end ? classes.end : undefined}
                >
                  {column.header}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup" ref={body}>
            {above > 0 && <tr aria-hidden className={classes.gap} style={{ height: above }} />}
            {rows.slice(first, last + 1).map((row, i) => (
              <tr
                key={id(row)}
                role="row"
                data-index={first + i}
                aria-rowindex={first + i + 2}
                ref={whole ? undefined : virtual.measureElement}
                data-marked={marked?.(row) || undefined}
                onClick={open && ((event) => isPlain(event) && open(row))}
              >
                {columns.map((column, at) => (
                  <td
                    key={column.header}
                    role="cell"
                    data-label={column.header}
                    className={[at === 0 && classes.lead, column.end && classes.end].filter(Boolean).join(" ")}
                  >
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
            {below > 0 && <tr aria-hidden className={classes.gap} style={{ height: below }} />}
          </tbody>
        </table>
      </section>
      {foot && <div className={classes.foot}>{foot}</div>}
    </div>
  );
}

/** A click on the row itself: not on a link or button in it, and not the end of marking text. */
function isPlain(event: React.MouseEvent): boolean {
  const inside = (event.target as Element).closest("a, button");
  return !inside && (getSelection()?.isCollapsed ?? true);
}
