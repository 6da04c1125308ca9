// Everything one customer did and said, the latest first, day by day.

import { Button, Card, Group, NativeSelect, Skeleton, Stack, Text, TextInput, Title } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { History } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "../components/Empty";
import { Failure } from "../components/Failure";
import { FilterBar } from "../components/FilterBar";
import { Section } from "../components/Section";
import { TextLink } from "../components/TextLink";
import { words } from "../components/words";
import { dayIn } from "../insights/days";
import { keyOf, useFigures } from "../insights/figures";
import { useZone } from "../insights/periods";
import type { Signal } from "../signals/filter/fields";
import { all, constant, equals } from "../signals/filter/text";
import { SignalDrawer } from "../signals/SignalDrawer";
import { Summary } from "../signals/summary";
import { useSignals } from "../signals/useSignals";
import { useMe } from "../team/me";
import type { ProfileSearch } from "./search";
import classes from "./Timeline.module.css";

const route = getRouteApi("/shell/customers/$customer");

export function Timeline({ customer }: { customer: string }) {
  const { t, i18n } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const zone = useZone();
  const [opened, setOpened] = useState<string>();
  // Numbers of customers are written without quotes.
  const self = `customer = ${customer}`;
  const where = all(
    self,
    search.kind && equals("kind", search.kind),
    search.channel && equals("channel", search.channel),
    search.text && `text contains ${constant(search.text)}`,
  );
  const { pages, rows } = useSignals(where, false);
  const filtered = Boolean(search.kind || search.channel || search.text);
  const set = (change: ProfileSearch) =>
    void navigate({ search: (search) => ({ ...search, ...change }), replace: true });

  return (
    <Section
      title={t("customers.profile.timeline")}
      aside={
        <TextLink to="/signals" search={{ where, period: "365d" }} fz="sm">
          {t("customers.profile.in_explorer")}
        </TextLink>
      }
    >
      <FilterBar active={filtered} clear={() => navigate({ search: {}, replace: true })}>
        <Values
          field="kind"
          label={t("customers.profile.kind")}
          none={t("customers.profile.all_kinds")}
          where={self}
          value={search.kind}
          set={(kind) => set({ kind })}
        />
        <Values
          field="channel"
          label={t("customers.profile.channel")}
          none={t("customers.profile.all_channels")}
          where={self}
          value={search.channel}
          set={(channel) => set({ channel })}
        />
        <TextInput
          key={`text-${search.text}`}
          label={t("customers.profile.text")}
          defaultValue={search.text}
          onBlur={(event) => set({ text: event.currentTarget.value.trim() || undefined })}
          onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
        />
      </FilterBar>
      {pages.isError && rows.length === 0 && <Failure error={pages.error} retry={() => pages.refetch()} />}
      {pages.isPending && <Skeleton height={240} />}
      {pages.isSuccess && rows.length === 0 && (
        <Card>
          <Empty icon={History} title={t("customers.profile.none")} text={t("customers.profile.none_text")} />
        </Card>
      )}
      {days(rows, zone).map(({ day, signals }) => (
        <Stack key={day} gap={4} component="section">
          <Title order={3} className={classes.day}>
            {new Date(`${day}T12:00:00Z`).toLocaleDateString(i18n.language, { dateStyle: "full", timeZone: "UTC" })}
          </Title>
          <ol className={classes.list}>
            {signals.map((signal) => (
              <li key={signal.seq}>
                <Entry signal={signal} zone={zone} open={() => setOpened(signal.message_id)} />
              </li>
            ))}
          </ol>
        </Stack>
      ))}
      {pages.isError && rows.length > 0 && <Failure error={pages.error} retry={() => pages.fetchNextPage()} />}
      {pages.hasNextPage && (
        <Group justify="center">
          <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => pages.fetchNextPage()}>
            {t("table.more")}
          </Button>
        </Group>
      )}
      <SignalDrawer id={opened} known={rows} close={() => setOpened(undefined)} />
    </Section>
  );
}

function Entry({ signal, zone, open }: { signal: Signal; zone: string; open: () => void }) {
  const { i18n } = useTranslation();
  const time = new Date(signal.occurred_at).toLocaleTimeString(i18n.language, {
    hour: "2-digit",
    minute: "2-digit",
    timeZone: zone,
  });
  return (
    <div className={classes.entry}>
      <time dateTime={signal.occurred_at} title={signal.occurred_at} className={classes.time}>
        {time}
      </time>
      <div className={classes.words}>
        <button type="button" className={classes.open} onClick={open}>
          {words(signal.kind)}
        </button>{" "}
        <Text span size="sm" c="dimmed">
          {[signal.touchpoint, signal.channel].filter(Boolean).join(" · ")}
        </Text>
        <div className={classes.said}>
          <Summary signal={signal} />
        </div>
      </div>
    </div>
  );
}

interface ValuesProps {
  field: "kind" | "channel";
  label: string;
  none: string;
  where: string;
  value: string | undefined;
  set: (value: string | undefined) => void;
}

/** The values that this customer's signals have, with how many there are of each. */
function Values({ field, label, none, where, value, set }: ValuesProps) {
  const { may } = useMe();
  const { data } = useFigures({ metric: "count", by: [field], where }, { enabled: may("insights:read") });
  const counts = new Map(data?.rows.map((row) => [keyOf(row, field), row.n]));
  const names = [...counts.keys()].filter((name) => typeof name === "string");
  if (value && !names.includes(value)) names.push(value);
  return (
    <NativeSelect
      label={label}
      value={value ?? ""}
      onChange={(event) => set(event.currentTarget.value || undefined)}
      data={[
        { value: "", label: none },
        ...names.sort().map((name) => ({ value: name, label: `${words(name)} (${counts.get(name) ?? 0})` })),
      ]}
    />
  );
}

function days(signals: Signal[], zone: string): { day: string; signals: Signal[] }[] {
  const found: { day: string; signals: Signal[] }[] = [];
  for (const signal of signals) {
    const day = dayIn(zone, new Date(signal.occurred_at));
    const last = found.at(-1);
    if (last?.day === day) last.signals.push(signal);
    else found.push({ day, signals: [signal] });
  }
  return found;
}
