// A table of rows that are all here; on a telephone each becomes a card, as in the table that loads page by page.

import { Cells, type Column } from "./DataTable";
import classes from "./Table.module.css";

interface Props<T> {
  /** What the table holds, for those who do not see it. */
  label: string;
  columns: Column<T>[];
  rows: T[];
  className?: string;
}

export function PlainTable<T>({ label, columns, rows, className }: Props<T>) {
  return (
    <div className={classes.frame}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      {/* biome-ignore lint/a11y/useSemanticElements: no fieldset, nothing is filled in */}
      <div className={classes.scroll} role="group" aria-label={label} tabIndex={0}>
        {/* The roles are written out because cards on telephones are laid out as blocks, which takes them away. */}
        <table className={[classes.table, className].filter(Boolean).join(" ")} role="table" aria-label={label}>
          <thead role="rowgroup">
            <tr role="row">
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
          <tbody role="rowgroup">
            {rows.map((row, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the rows of one answer, which neither move nor change
              <tr key={at} role="row">
                <Cells columns={columns} row={row} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
