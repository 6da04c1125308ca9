// What this customer answered last on each scale.

import { Group, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../api/client";
import { Failure } from "../components/Failure";
import { Moment } from "../components/Moment";
import { Panel } from "../components/Panel";
import { Rows } from "../components/Rows";
import { words } from "../components/words";
import type { Signal } from "../signals/filter/fields";
import { SignalDrawer } from "../signals/SignalDrawer";
import { Answer } from "../signals/summary";
import classes from "./Timeline.module.css";

/** So many of the latest answers are looked through for the last one on each scale. */
const LOOKED_AT = 100;

export function Scores({ customer }: { customer: string }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<string>();
  const where = `customer = ${customer} and score is not null`;
  const scores = useQuery({
    queryKey: ["signals", where, "scores"],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/signals", { params: { query: { where, limit: LOOKED_AT } }, signal })),
  });
  const latest = lastOfEach(scores.data?.items ?? []);
  return (
    <Panel title={t("customers.profile.scores")}>
      {scores.isError && <Failure error={scores.error} retry={() => scores.refetch()} />}
      {scores.isPending && <Skeleton height={48} />}
      {scores.isSuccess && latest.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("customers.profile.no_scores")}
        </Text>
      )}
      {latest.length > 0 && (
        <Rows label={t("customers.profile.scores")}>
          {latest.map((signal) => (
            <Group key={signal.seq} justify="space-between" wrap="nowrap" gap="xs">
              <Answer signal={signal} />
              <Text size="xs" c="dimmed" ta="end">
                <button type="button" className={classes.open} onClick={() => setOpened(signal.message_id)}>
                  {signal.touchpoint ?? words(signal.kind)}
                </button>{" "}
                · <Moment at={signal.occurred_at} />
              </Text>
            </Group>
          ))}
        </Rows>
      )}
      <SignalDrawer id={opened} known={latest} close={() => setOpened(undefined)} />
    </Panel>
  );
}

/** They come with the latest first. */
function lastOfEach(signals: Signal[]): Signal[] {
  const found = new Map<string, Signal>();
  for (const signal of signals) {
    const scale = signal.scale ?? "";
    if (!found.has(scale)) found.set(scale, signal);
  }
  return [...found.values()];
}
