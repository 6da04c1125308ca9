// One signal with all of its fields, each of which leads to others like it.

import { ActionIcon, Code, Drawer, Group, Skeleton, Stack, Table, Text, Title, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Filter } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../api/client";
import { CopyTo } from "../components/Copyable";
import { Failure } from "../components/Failure";
import { TextLink } from "../components/TextLink";
import { words } from "../components/words";
import { useZone } from "../insights/periods";
import { useMe } from "../team/me";
import type { Signal } from "./filter/fields";
import { equals, property, type Scalar } from "./filter/text";
import classes from "./SignalDrawer.module.css";
import { Answer, useMoney } from "./summary";

interface Props {
  /** The message id; nothing is opened without one. */
  id: string | undefined;
  /** Signals that are loaded already. */
  known: Signal[];
  close: () => void;
  /** Narrows the list; without it the fields are only shown. */
  only?: (condition: string) => void;
}

export function SignalDrawer({ id, known, close, only }: Props) {
  const { t } = useTranslation();
  const loaded = known.find(({ message_id }) => message_id === id);
  const asked = useQuery({
    queryKey: ["signal", id],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/v1/signals", { params: { query: { where: equals("message_id", id ?? ""), limit: 1 } }, signal }),
      ),
    enabled: id !== undefined && !loaded,
  });
  const signal = loaded ?? asked.data?.items[0];
  return (
    <Drawer
      opened={id !== undefined}
      onClose={close}
      position="right"
      size="lg"
      title={signal ? words(signal.kind) : t("pages.signals.title")}
      closeButtonProps={{ "aria-label": t("close") }}
      transitionProps={{ duration: 120 }}
    >
      {signal && <Details signal={signal} only={only} />}
      {!signal && asked.isPending && <Skeleton height={240} />}
      {!signal && asked.isError && <Failure error={asked.error} retry={() => asked.refetch()} />}
      {!signal && asked.isSuccess && <Text>{t("failure.not_found_text")}</Text>}
    </Drawer>
  );
}

const PLACES = ["channel", "touchpoint", "stage", "source"] as const;
const UNDERSTOOD = ["language", "sentiment", "emotion", "risk"] as const;

function Details({ signal, only }: { signal: Signal; only?: (condition: string) => void }) {
  const { t } = useTranslation();
  const { may } = useMe();
  const money = useMoney()(signal);
  const line = (field: string, value: Scalar | undefined, shown?: ReactNode) =>
    value !== null && value !== undefined && value !== "" ? (
      <Line
        key={field}
        name={t(`signals.fields.${field as "kind"}`, { defaultValue: field.replace(/^properties\./, "") })}
        only={only && (() => only(equals(field, value)))}
      >
        {shown ?? String(value)}
      </Line>
    ) : null;
  const flat = flatten(signal.properties ?? {});
  return (
    <Stack gap="lg">
      {signal.text && (
        <blockquote className={classes.quote} lang={signal.language ?? undefined}>
          <bdi>{signal.text}</bdi>
        </blockquote>
      )}
      <Lines>
        {line("kind", signal.kind)}
        <Line name={t("signals.fields.occurred_at")}>
          <Exact at={signal.occurred_at} />
        </Line>
        {line(
          "customer",
          signal.customer,
          may("customers:read") && signal.customer ? (
            <TextLink to="/customers/$customer" params={{ customer: signal.customer }}>
              {t("signals.detail.customer", { id: signal.customer })}
            </TextLink>
          ) : undefined,
        )}
        {line("scale", signal.scale)}
        {line("score", signal.score, <Answer signal={signal} />)}
        {line("amount", signal.amount ? Number(signal.amount) : undefined, money)}
        {line("currency", signal.currency)}
        {PLACES.map((field) => line(field, signal[field]))}
        {UNDERSTOOD.map((field) => line(field, signal[field]))}
      </Lines>
      <Section title={t("signals.detail.properties")}>
        {flat.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t("signals.detail.no_properties")}
          </Text>
        ) : (
          <Lines>
            {flat.map(([path, value]) =>
              typeof value === "object" || value === "" ? (
                <Line key={path.join(".")} name={path.join(".")}>
                  <Code>{JSON.stringify(value)}</Code>
                </Line>
              ) : (
                line(property(...path), value as Scalar)
              ),
            )}
          </Lines>
        )}
      </Section>
      <Section title={t("signals.detail.raw")} aside={<CopyTo text={JSON.stringify(signal, null, 2)} />}>
        <Code block className={classes.raw}>
          {JSON.stringify(signal, null, 2)}
        </Code>
      </Section>
    </Stack>
  );
}

function Lines({ children }: { children: ReactNode }) {
  return (
    <Table withRowBorders={false} horizontalSpacing={0} verticalSpacing={4} className={classes.lines}>
      <Table.Tbody>{children}</Table.Tbody>
    </Table>
  );
}

function Line({ name, only, children }: { name: string; only?: () => void; children: ReactNode }) {
  const { t } = useTranslation();
  const label = t("signals.detail.only", { field: name });
  return (
    <Table.Tr>
      <Table.Th fw={400} c="dimmed" w={150} scope="row">
        {name}
      </Table.Th>
      <Table.Td>
        <Group gap="xs" wrap="nowrap" justify="space-between">
          <div className={classes.value}>{children}</div>
          {only && (
            <Tooltip label={label}>
              <ActionIcon variant="subtle" color="gray" size="sm" onClick={only} aria-label={label}>
                <Filter size={13} />
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function Section({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <Stack gap="xs" component="section">
      <Group justify="space-between">
        <Title order={3}>{title}</Title>
        {aside}
      </Group>
      {children}
    </Stack>
  );
}

/** In the workspace's own calendar, to the second. */
function Exact({ at }: { at: string }) {
  const { i18n } = useTranslation();
  const zone = useZone();
  return (
    <time dateTime={at} title={at}>
      {new Date(at).toLocaleString(i18n.language, { dateStyle: "full", timeStyle: "long", timeZone: zone })}
    </time>
  );
}

function flatten(object: Record<string, unknown>, above: string[] = []): [string[], unknown][] {
  return Object.entries(object).flatMap(([name, value]): [string[], unknown][] => {
    const path = [...above, name];
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject && above.length < 3 ? flatten(value as Record<string, unknown>, path) : [[path, value]];
  });
}
