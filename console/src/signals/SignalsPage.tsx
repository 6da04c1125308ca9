// The signals themselves: filtered, counted, followed as they come in, opened one by one.

import { Button, Stack, Text, Tooltip } from "@mantine/core";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { AudioLines, FileDown, Pause, Radio, SearchX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Problem } from "../api/problem";
import { useDownload } from "../components/download";
import { Empty } from "../components/Empty";
import { Failure } from "../components/Failure";
import { Page } from "../components/Page";
import { useFigures } from "../insights/figures";
import { PeriodPicker } from "../insights/PeriodPicker";
import { usePeriod } from "../insights/periods";
import { useMe } from "../team/me";
import { Counts } from "./Counts";
import { FilterField } from "./filter/FilterField";
import { all, within } from "./filter/text";
import { SignalDrawer } from "./SignalDrawer";
import classes from "./SignalsPage.module.css";
import { SignalsTable, TableSkeleton } from "./SignalsTable";
import type { SignalsSearch } from "./search";
import { useSignals } from "./useSignals";

const route = getRouteApi("/shell/signals");

export function SignalsPage() {
  const { t, i18n } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const leave = useNavigate();
  const { may } = useMe();
  const period = usePeriod(search);
  const where = all(search.where, within(period));
  const follow = search.follow === true;
  const { pages, rows, fresh, feed } = useSignals(where, follow);
  const { busy, download } = useDownload();
  const counted = useFigures(
    { metric: "count", where: search.where, from: period.from, to: period.to },
    { enabled: may("insights:read"), keep: true },
  );
  // Asked only where it matters: whether the list is empty because nothing was ever heard.
  const ever = useFigures(
    { metric: "signals" },
    { enabled: may("insights:read") && pages.isSuccess && rows.length === 0 },
  );
  const nothing = ever.data?.rows[0]?.value === 0;
  const wrong = pages.error instanceof Problem ? pages.error.fields.where : undefined;
  const set = (change: SignalsSearch) =>
    void navigate({ search: (search) => ({ ...search, ...change }), replace: true });
  const only = (condition: string) => set({ where: all(search.where, condition), signal: undefined });
  const total = counted.data?.rows[0]?.value;
  const count = (n: number) => n.toLocaleString(i18n.language);

  return (
    <Page
      title={t("pages.signals.title")}
      about={t("pages.signals.about")}
      actions={
        <>
          <Tooltip label={t("signals.follow_text")}>
            <Button
              variant={follow ? "light" : "default"}
              aria-pressed={follow}
              leftSection={follow ? <Pause size={16} /> : <Radio size={16} />}
              onClick={() => set({ follow: follow ? undefined : true })}
            >
              {t(follow ? "signals.following" : "signals.follow")}
            </Button>
          </Tooltip>
          <Button
            variant="default"
            leftSection={<FileDown size={16} />}
            disabled={rows.length === 0}
            loading={busy}
            onClick={() => download("/api/v1/signals/export", { where }, `signals_${period.from}_${period.last}.csv`)}
          >
            {t("signals.export")}
          </Button>
          <PeriodPicker
            period={period}
            set={(chosen) => set({ period: undefined, from: undefined, to: undefined, ...chosen })}
          />
        </>
      }
    >
      <FilterField value={search.where} set={(where) => set({ where })} error={wrong} />
      {follow && (
        <Text size="sm" role="status">
          {fresh.length > 0 ? t("signals.new", { count: fresh.length }) : t("signals.waiting")}
          {feed === "lost" && ` ${t("signals.feed_lost")}`}
        </Text>
      )}
      {pages.isError && !wrong && <Failure error={pages.error} retry={() => pages.refetch()} />}
      {!wrong && (
        <div className={classes.columns}>
          {may("insights:read") && (
            <aside className={classes.counts} aria-label={t("signals.counts.title")}>
              <Counts
                field={search.count ?? "kind"}
                where={search.where}
                period={period}
                setField={(count) => set({ count })}
                only={only}
              />
            </aside>
          )}
          <Stack gap="xs" className={classes.list}>
            {pages.isPending && <TableSkeleton />}
            {pages.isSuccess && rows.length === 0 && (
              <div className={classes.frame}>
                {!nothing ? (
                  <Empty level={2} icon={SearchX} title={t("signals.nothing")} text={t("signals.nothing_text")} />
                ) : (
                  <Empty
                    level={2}
                    icon={AudioLines}
                    title={t("signals.none")}
                    text={t("signals.none_text")}
                    action={
                      may("keys:write") && (
                        <Button onClick={() => leave({ to: "/team/keys", search: { create: true } })}>
                          {t("signals.none_action")}
                        </Button>
                      )
                    }
                  />
                )}
              </div>
            )}
            {rows.length > 0 && (
              <SignalsTable
                rows={rows}
                fresh={fresh}
                pages={pages}
                open={({ message_id }) => set({ signal: message_id })}
                shown={
                  typeof total === "number" && total >= rows.length
                    ? t("signals.table.loaded", { shown: count(rows.length), all: count(total) })
                    : t("signals.table.loaded_some", { shown: count(rows.length) })
                }
              />
            )}
          </Stack>
        </div>
      )}
      <SignalDrawer id={search.signal} known={rows} close={() => set({ signal: undefined })} only={only} />
    </Page>
  );
}
