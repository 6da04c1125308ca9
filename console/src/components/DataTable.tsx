// The one table: names its columns, loads page by page, says what is missing, becomes cards on a telephone.

import { Button, Skeleton, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { ArrowDown, ArrowUp, ArrowUpDown } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Pages } from "../api/queries";
import { Failure } from "./Failure";
import classes from "./Table.module.css";

export interface Column<T> {
  /** Its heading; empty for a column of buttons, which then needs `hidden`. */
  header: string;
  /** A heading for screen readers alone. */
  hidden?: string;
  cell: (row: T) => ReactNode;
  /** Numbers stand at the end. */
  end?: boolean;
  /** As narrow as its content. */
  tight?: boolean;
  /** The name that the API sorts by. */
  sort?: string;
}

export interface Sort {
  by: string;
  descending: boolean;
}

interface Props<T> {
  /** What the table holds, for those who do not see it. */
  label: string;
  columns: Column<T>[];
  pages: Pages<T>;
  id: (row: T) => string | number;
  /** What stands in place of no rows. */
  empty: ReactNode;
  sort?: Sort;
  onSort?: (sort: Sort) => void;
}

const SKELETONS = [72, 54, 63, 48];

export function DataTable<T>({ label, columns, pages, id, empty, sort, onSort }: Props<T>) {
  const { t } = useTranslation();
  const rows = pages.data?.pages.flatMap((page) => page.items) ?? [];

  if (pages.isError && rows.length === 0) return <Failure error={pages.error} retry={() => pages.refetch()} />;
  if (pages.isSuccess && rows.length === 0) return <div className={classes.frame}>{empty}</div>;

  return (
    <div className={classes.frame} aria-busy={pages.isPending}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      {/* biome-ignore lint/a11y/useSemanticElements: no fieldset, nothing is filled in */}
      <div className={classes.scroll} role="group" aria-label={label} tabIndex={0}>
        {/* The roles are written out because cards on telephones are laid out as blocks, which takes them away. */}
        <table className={classes.table} role="table" aria-label={label}>
          <thead role="rowgroup">
            <tr role="row">
              {columns.map((column) => (
                <Heading key={column.header + column.hidden} column={column} sort={sort} onSort={onSort} />
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {pages.isPending &&
              SKELETONS.map((width) => (
                <tr key={width} role="row">
                  {columns.map((column, at) => (
                    <td key={column.header + column.hidden} role="cell" data-label={column.header}>
                      <Skeleton height={12} width={`${at === 0 ? width : width / 2 + 10}%`} my={4} />
                    </td>
                  ))}
                </tr>
              ))}
            {rows.map((row) => (
              <tr key={id(row)} role="row">
                <Cells columns={columns} row={row} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {pages.isError && <Failure error={pages.error} retry={() => pages.fetchNextPage()} flush />}
      {rows.length > 0 && pages.hasNextPage && (
        <div className={classes.foot}>
          <span role="status">{t("table.shown", { count: rows.length })}</span>
          <Button size="xs" variant="default" loading={pages.isFetchingNextPage} onClick={() => pages.fetchNextPage()}>
            {t("table.more")}
          </Button>
        </div>
      )}
    </div>
  );
}

/** What stands in one row. */
export function Cells<T>({ columns, row }: { columns: Column<T>[]; row: T }) {
  return columns.map((column, at) => (
    <td
      key={column.header + column.hidden}
      role="cell"
      data-label={column.header}
      className={[at === 0 && classes.lead, column.end && classes.end, column.tight && classes.tight]
        .filter(Boolean)
        .join(" ")}
    >
      {column.cell(row)}
    </td>
  ));
}

function Heading<T>({ column, sort, onSort }: { column: Column<T>; sort?: Sort; onSort?: (sort: Sort) => void }) {
  const sorted = column.sort !== undefined && sort?.by === column.sort ? sort : undefined;
  const Icon = sorted ? (sorted.descending ? ArrowDown : ArrowUp) : ArrowUpDown;
  const text = column.header || <VisuallyHidden>{column.hidden}</VisuallyHidden>;
  return (
    <th
      scope="col"
      role="columnheader"
      className={[column.end && classes.end, column.tight && classes.tight].filter(Boolean).join(" ")}
      aria-sort={sorted ? (sorted.descending ? "descending" : "ascending") : undefined}
    >
      {column.sort && onSort ? (
        <UnstyledButton
          className={classes.sort}
          onClick={() => onSort({ by: column.sort ?? "", descending: sorted ? !sorted.descending : false })}
        >
          {text}
          <Icon size={12} aria-hidden />
        </UnstyledButton>
      ) : (
        text
      )}
    </th>
  );
}
