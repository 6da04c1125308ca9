// What was sent to a webhook, how often it was tried, and what came back.

import {
  Badge,
  Button,
  Code,
  Drawer,
  Group,
  SegmentedControl,
  Skeleton,
  Stack,
  Table,
  Text,
  Title,
} from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Inbox, RefreshCw, RotateCw } from "lucide-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { usePages } from "../../api/queries";
import type { components } from "../../api/schema";
import { ConfirmButton } from "../../components/ConfirmButton";
import { type Column, DataTable } from "../../components/DataTable";
import { Empty } from "../../components/Empty";
import { Failure } from "../../components/Failure";
import { Moment } from "../../components/Moment";
import { OpenButton } from "../../components/OpenButton";
import { Section } from "../../components/Section";
import { toast } from "../../components/toast";

type Webhook = components["schemas"]["Webhook"];
type Delivery = components["schemas"]["Delivery"];
const route = getRouteApi("/shell/actions/webhooks/$webhook");
const STATES = ["waiting", "delivered", "failed"] as const;
const COLORS = { waiting: "gray", delivered: "teal", failed: "orange" } as const;

export function Deliveries({ webhook, mayChange }: { webhook: Webhook; mayChange: boolean }) {
  const { t } = useTranslation();
  const { state: asked, delivery: opened } = route.useSearch();
  const state = STATES.find((state) => state === asked);
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const key = ["webhooks", webhook.id, "deliveries"];
  const deliveries = usePages<Delivery>(
    [...key, { state }],
    (cursor, signal) =>
      answer(
        api.GET("/api/v1/actions/webhooks/{webhook}/deliveries", {
          params: { path: { webhook: webhook.id }, query: { cursor, state } },
          signal,
        }),
      ),
    { refetchInterval: 15_000 },
  );
  const open = (delivery: string | undefined) =>
    navigate({ search: (search) => ({ ...search, delivery }), replace: true });

  const columns: Column<Delivery>[] = [
    {
      header: t("deliveries.event"),
      cell: (delivery) => <OpenButton onClick={() => open(delivery.id)}>{delivery.kind}</OpenButton>,
    },
    {
      header: t("deliveries.state"),
      cell: (delivery) => <Badge color={COLORS[delivery.state]}>{t(`deliveries.${delivery.state}`)}</Badge>,
    },
    { header: t("deliveries.attempts"), end: true, cell: (delivery) => delivery.attempts },
    { header: t("deliveries.created"), cell: (delivery) => <Moment at={delivery.created_at} /> },
    { header: t("deliveries.ended"), cell: (delivery) => <Moment at={delivery.ended_at} /> },
  ];

  return (
    <Section
      title={t("deliveries.title")}
      aside={
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label={t("deliveries.state")}
            value={state ?? ""}
            onChange={(value) =>
              navigate({ search: (search) => ({ ...search, state: value || undefined }), replace: true })
            }
            data={[
              { value: "", label: t("deliveries.all") },
              ...STATES.map((value) => ({ value, label: t(`deliveries.${value}`) })),
            ]}
          />
          <Button
            size="xs"
            variant="default"
            leftSection={<RefreshCw size={13} />}
            loading={deliveries.isRefetching}
            onClick={() => queries.invalidateQueries({ queryKey: key })}
          >
            {t("refresh")}
          </Button>
        </Group>
      }
    >
      <DataTable
        label={t("deliveries.title")}
        columns={columns}
        pages={deliveries}
        id={(delivery) => delivery.id}
        empty={<Empty icon={Inbox} title={t("deliveries.none")} text={t("deliveries.none_text")} />}
      />
      <Drawer
        opened={opened !== undefined}
        onClose={() => open(undefined)}
        position="right"
        size="lg"
        title={t("deliveries.one")}
        closeButtonProps={{ "aria-label": t("close") }}
        transitionProps={{ duration: 120 }}
      >
        {opened && <Details webhook={webhook} id={opened} mayChange={mayChange} />}
      </Drawer>
    </Section>
  );
}

function Details({ webhook, id, mayChange }: { webhook: Webhook; id: string; mayChange: boolean }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const path = { webhook: webhook.id, delivery: id };
  const delivery = useQuery({
    queryKey: ["webhooks", webhook.id, "deliveries", id],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/actions/webhooks/{webhook}/deliveries/{delivery}", { params: { path }, signal })),
  });

  async function replay() {
    await answer(api.POST("/api/v1/actions/webhooks/{webhook}/deliveries/{delivery}/replays", { params: { path } }));
    await queries.invalidateQueries({ queryKey: ["webhooks", webhook.id, "deliveries"] });
    toast(t("deliveries.replayed"));
  }

  if (delivery.isError) return <Failure error={delivery.error} retry={delivery.refetch} />;
  if (!delivery.data) return <Skeleton height={200} />;
  const { kind, state, tries, created_at, body } = delivery.data;
  return (
    <Stack>
      <Group justify="space-between">
        <Group gap="xs">
          <Text fw={500}>{kind}</Text>
          <Badge color={COLORS[state]}>{t(`deliveries.${state}`)}</Badge>
        </Group>
        {mayChange && (
          <ConfirmButton
            label={t("deliveries.replay")}
            leftSection={<RotateCw size={13} />}
            title={t("deliveries.replay")}
            text={t("deliveries.replay_text")}
            action={t("deliveries.replay")}
            run={replay}
          />
        )}
      </Group>
      <Text size="sm" c="dimmed">
        {t("deliveries.created")} <Moment at={created_at} />
      </Text>
      <Title order={3}>{t("deliveries.attempts")}</Title>
      {tries.length === 0 ? (
        <Text size="sm">{t("deliveries.no_attempts")}</Text>
      ) : (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("deliveries.when")}</Table.Th>
              <Table.Th>{t("deliveries.answer")}</Table.Th>
              <Table.Th ta="end">{t("deliveries.took")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {tries.map((attempt) => (
              <Table.Tr key={attempt.number}>
                <Table.Td>
                  <Moment at={attempt.at} />
                </Table.Td>
                <Table.Td>
                  {[attempt.status, attempt.error].filter(Boolean).join(" · ")}
                  {attempt.excerpt && (
                    <Text size="xs" c="dimmed">
                      {attempt.excerpt}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td ta="end">{t("milliseconds", { count: attempt.took_ms })}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <Title order={3}>{t("deliveries.body")}</Title>
      <Code block tabIndex={0}>
        {JSON.stringify(body, null, 2)}
      </Code>
    </Stack>
  );
}
