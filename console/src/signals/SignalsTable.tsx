// The list of signals, the latest first; further pages come as somebody scrolls.

import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Pages } from "../api/queries";
import { Failure } from "../components/Failure";
import { Moment } from "../components/Moment";
import { TextLink } from "../components/TextLink";
import { type WindowColumn, WindowTable } from "../components/WindowTable";
import { words } from "../components/words";
import { useMe } from "../team/me";
import type { Signal } from "./filter/fields";
import classes from "./SignalsTable.module.css";
import { Summary } from "./summary";

interface Props {
  rows: Signal[];
  fresh: Signal[];
  pages: Pages<Signal>;
  open: (signal: Signal) => void;
  shown: string;
}

/** From here on each page is asked for by hand: nobody scrolls through more by chance. */
const BY_ITSELF = 5_000;

export function SignalsTable({ rows, fresh, pages, open, shown }: Props) {
  const { t } = useTranslation();
  const { may } = useMe();
  const news = new Set(fresh.map(({ seq }) => seq));
  const more = () => {
    if (pages.hasNextPage && !pages.isFetching && !pages.isError && rows.length < BY_ITSELF) void pages.fetchNextPage();
  };
  const columns: WindowColumn<Signal>[] = [
    {
      header: t("signals.table.kind"),
      width: "18%",
      cell: (signal) => (
        <button type="button" className={classes.open} onClick={() => open(signal)} title={signal.kind}>
          {words(signal.kind)}
        </button>
      ),
    },
    { header: t("signals.table.said"), width: "40%", cell: (signal) => <Summary signal={signal} /> },
    {
      header: t("signals.table.where"),
      width: "18%",
      cell: ({ touchpoint, channel }) => {
        const where = [touchpoint, channel].filter(Boolean).join(" · ");
        return <span title={where}>{where || "–"}</span>;
      },
    },
    {
      header: t("signals.table.customer"),
      width: "10%",
      cell: ({ customer }) => {
        if (!customer)
          return (
            <Text span size="sm" c="dimmed">
              {t("signals.table.nobody")}
            </Text>
          );
        if (!may("customers:read")) return customer;
        return (
          <TextLink to="/customers/$customer" params={{ customer }}>
            {customer}
          </TextLink>
        );
      },
    },
    {
      header: t("signals.table.when"),
      width: "14%",
      end: true,
      cell: ({ occurred_at }) => <Moment at={occurred_at} />,
    },
  ];
  return (
    <WindowTable
      single
      label={t("signals.table.label")}
      columns={columns}
      rows={rows}
      id={({ seq }) => seq}
      open={open}
      marked={({ seq }) => news.has(seq)}
      reached={more}
      foot={
        pages.isError ? (
          <Failure error={pages.error} retry={() => pages.fetchNextPage()} flush />
        ) : (
          <>
            <span role="status">{shown}</span>
            {pages.hasNextPage ? (
              <Button
                size="xs"
                variant="default"
                loading={pages.isFetchingNextPage}
                onClick={() => pages.fetchNextPage()}
              >
                {t("table.more")}
              </Button>
            ) : (
              <span>{t("signals.table.end")}</span>
            )}
          </>
        )
      }
    />
  );
}

const SKELETONS = ["a", "b", "c", "d", "e", "f", "g", "h"];

export function TableSkeleton() {
  return (
    <Stack gap="sm" aria-busy>
      {SKELETONS.map((key) => (
        <Skeleton key={key} height={32} />
      ))}
    </Stack>
  );
}
