// Who was heard from lately: the customers of the latest signals, each once.

import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Contact } from "lucide-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../api/client";
import { Empty } from "../components/Empty";
import { Failure } from "../components/Failure";
import { Moment } from "../components/Moment";
import { Section } from "../components/Section";
import { TextLink } from "../components/TextLink";
import { type WindowColumn, WindowTable } from "../components/WindowTable";
import { words } from "../components/words";
import type { Signal } from "../signals/filter/fields";
import { TableSkeleton } from "../signals/SignalsTable";
import { Summary } from "../signals/summary";
import { type Customer, nameOf } from "./words";

/** So many of the latest signals are looked at, and so many of their customers shown. */
const SIGNALS = 200;
const MOST = 20;

interface Heard {
  signal: Signal & { customer: string };
  customer: Customer | undefined;
}

export function Recent() {
  const { t } = useTranslation();
  const recent = useQuery({
    queryKey: ["customers-recent"],
    queryFn: ({ signal }) => heard(signal),
    staleTime: 30_000,
  });
  const columns: WindowColumn<Heard>[] = [
    {
      header: t("signals.table.customer"),
      width: "26%",
      cell: ({ signal, customer }) => (
        <TextLink to="/customers/$customer" params={{ customer: signal.customer }}>
          <bdi>{(customer && nameOf(customer)) ?? t("customers.profile.unnamed", { id: signal.customer })}</bdi>
        </TextLink>
      ),
    },
    { header: t("customers.find.last"), width: "18%", cell: ({ signal }) => words(signal.kind) },
    { header: t("signals.table.said"), width: "38%", cell: ({ signal }) => <Summary signal={signal} /> },
    {
      header: t("signals.table.when"),
      width: "18%",
      end: true,
      cell: ({ signal }) => <Moment at={signal.occurred_at} />,
    },
  ];
  return (
    <Section title={t("customers.find.recent")}>
      <Text size="sm" c="dimmed">
        {t("customers.find.recent_text")}
      </Text>
      {recent.isPending && <TableSkeleton />}
      {recent.isError && <Failure error={recent.error} retry={() => recent.refetch()} />}
      {recent.data?.length === 0 && (
        <Empty icon={Contact} title={t("customers.find.recent_none")} text={t("customers.find.recent_none_text")} />
      )}
      {recent.data && recent.data.length > 0 && (
        <WindowTable
          single
          label={t("customers.find.recent_text")}
          columns={columns}
          rows={recent.data}
          id={({ signal }) => signal.customer}
        />
      )}
    </Section>
  );
}

async function heard(signal: AbortSignal): Promise<Heard[]> {
  const page = await answer(
    api.GET("/api/v1/signals", { params: { query: { where: "customer is not null", limit: SIGNALS } }, signal }),
  );
  const latest = new Map<string, Heard["signal"]>();
  for (const item of page.items) {
    const { customer } = item;
    if (customer && !latest.has(customer)) latest.set(customer, { ...item, customer });
  }
  const shown = [...latest.values()].slice(0, MOST);
  return Promise.all(
    shown.map(async (last) => {
      const path = { customer: last.customer };
      const customer = await answer(api.GET("/api/v1/customers/{customer}", { params: { path }, signal }));
      return { signal: last, customer };
    }),
  );
}
