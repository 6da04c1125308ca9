// What was received and could not be taken: counted by reason, the latest with the item itself.

import { Code, Drawer, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../api/client";
import { usePages } from "../api/queries";
import type { components } from "../api/schema";
import { CopyTo } from "../components/Copyable";
import { type Column, DataTable } from "../components/DataTable";
import { Empty } from "../components/Empty";
import { Failure } from "../components/Failure";
import { Moment } from "../components/Moment";
import { Page } from "../components/Page";
import { Section } from "../components/Section";
import { type WindowColumn, WindowTable } from "../components/WindowTable";
import { sentence, words } from "../components/words";
import { whole } from "../insights/numbers";
import classes from "./SignalsTable.module.css";

type RefusedItem = components["schemas"]["RefusedItem"];
type Tally = components["schemas"]["Tally"];

export function RefusedPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("pages.refused.title")} about={t("pages.refused.about")}>
      <Outcomes />
      <Items />
    </Page>
  );
}

function Outcomes() {
  const { t, i18n } = useTranslation();
  const tallies = useQuery({
    queryKey: ["tallies"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/sources/tallies", { signal })),
  });
  const rows = [...(tallies.data?.items ?? [])].sort((one, other) => other.count - one.count);
  const columns: WindowColumn<Tally>[] = [
    {
      header: t("signals.refused.outcome"),
      cell: ({ outcome }) => t(`signals.refused.${outcome as "refused"}`, { defaultValue: words(outcome) }),
    },
    { header: t("signals.refused.reason"), cell: ({ reason }) => (reason ? words(reason) : "–") },
    { header: t("signals.refused.source"), cell: ({ source }) => source },
    { header: t("signals.refused.count"), end: true, cell: ({ count }) => whole(count, i18n.language) },
  ];
  return (
    <Section title={t("signals.refused.outcomes")}>
      <Text size="sm" c="dimmed">
        {t("signals.refused.outcomes_text")}
      </Text>
      {tallies.isPending && <Skeleton height={120} />}
      {tallies.isError && <Failure error={tallies.error} retry={() => tallies.refetch()} />}
      {tallies.isSuccess && rows.length === 0 && <Text size="sm">{t("signals.refused.nothing_yet")}</Text>}
      {rows.length > 0 && (
        <WindowTable
          label={t("signals.refused.outcomes_table")}
          columns={columns}
          rows={rows}
          id={({ outcome, reason, source }) => `${outcome} ${reason} ${source}`}
        />
      )}
    </Section>
  );
}

function Items() {
  const { t } = useTranslation();
  const [shown, setShown] = useState<RefusedItem>();
  const items = usePages<RefusedItem>(["refusals"], (cursor, signal) =>
    answer(api.GET("/api/v1/sources/refusals", { params: { query: { cursor } }, signal })),
  );
  const columns: Column<RefusedItem>[] = [
    {
      header: t("signals.refused.message"),
      cell: (item) => (
        <button type="button" className={classes.open} onClick={() => setShown(item)}>
          {sentence(item.message)}
        </button>
      ),
    },
    { header: t("signals.refused.field"), cell: ({ field }) => field || t("signals.refused.whole") },
    { header: t("signals.refused.reason"), cell: ({ reason }) => words(reason) },
    { header: t("signals.refused.source"), cell: ({ source }) => source },
    { header: t("signals.refused.at"), cell: ({ at }) => <Moment at={at} /> },
  ];
  return (
    <Section title={t("signals.refused.items")}>
      <Text size="sm" c="dimmed">
        {t("signals.refused.items_text")}
      </Text>
      <DataTable
        label={t("signals.refused.items_table")}
        columns={columns}
        pages={items}
        id={({ id }) => id}
        empty={<Empty icon={CircleCheck} title={t("signals.refused.none")} text={t("signals.refused.none_text")} />}
      />
      <Drawer
        opened={shown !== undefined}
        onClose={() => setShown(undefined)}
        position="right"
        size="lg"
        title={shown && sentence(shown.message)}
        closeButtonProps={{ "aria-label": t("close") }}
        transitionProps={{ duration: 120 }}
      >
        {shown && (
          <Stack>
            <Text size="sm" c="dimmed">
              {[shown.source, words(shown.reason), shown.field].filter(Boolean).join(" · ")} <Moment at={shown.at} />
            </Text>
            <Code block style={{ whiteSpace: "pre-wrap" }}>
              {shown.excerpt}
            </Code>
            <div>
              <CopyTo text={shown.excerpt} />
            </div>
          </Stack>
        )}
      </Drawer>
    </Section>
  );
}
