// The journey: the stages of the workspace, its touchpoints, and those that signals name and nobody has registered.

import { Badge, Button, Card, Group, Skeleton, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Plus, Waypoints } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { ConfirmButton } from "../../components/ConfirmButton";
import { Empty } from "../../components/Empty";
import { Failure } from "../../components/Failure";
import { Page } from "../../components/Page";
import { Panel } from "../../components/Panel";
import { Rows } from "../../components/Rows";
import { TextLink } from "../../components/TextLink";
import { toast } from "../../components/toast";
import { type WindowColumn, WindowTable } from "../../components/WindowTable";
import { words } from "../../components/words";
import { equals } from "../../signals/filter/text";
import { useMe } from "../../team/me";
import { useWriter } from "../Figure";
import { useFigures } from "../figures";
import { usePeriod } from "../periods";
import { journeyQuery, type Seen, type Touchpoint, touchpointsQuery, unregistered } from "./journey";
import { Stages } from "./Stages";
import { TouchpointDialog } from "./TouchpointDialog";

const route = getRouteApi("/shell/insights/journey");
const NEW: Seen = { name: "", channel: null };

export function JourneyPage() {
  const { t } = useTranslation();
  const { may } = useMe();
  const queries = useQueryClient();
  const mayChange = may("insights:write");
  const journey = useQuery(journeyQuery);
  const touchpoints = useQuery(touchpointsQuery);
  const { create } = route.useSearch();
  const navigate = route.useNavigate();
  const [edited, setEdited] = useState<Touchpoint | Seen>();
  const refresh = () => queries.invalidateQueries({ queryKey: touchpointsQuery.queryKey });

  async function remove(touchpoint: Touchpoint) {
    const path = { touchpoint: touchpoint.id };
    await answer(api.DELETE("/api/v1/insights/touchpoints/{touchpoint}", { params: { path } }));
    await refresh();
    toast(t("journey.removed", touchpoint));
  }

  const columns: WindowColumn<Touchpoint>[] = [
    { header: t("journey.name"), cell: ({ name }) => <bdi>{name}</bdi> },
    { header: t("journey.channel"), cell: ({ channel }) => channel ?? "–" },
    {
      header: t("journey.touchpoint_stage"),
      cell: ({ stage }) => (stage ? <Badge color="gray">{words(stage)}</Badge> : "–"),
    },
    { header: t("journey.owner"), cell: ({ owner }) => <bdi>{owner ?? "–"}</bdi> },
    ...(mayChange
      ? [
          {
            header: t("journey.edit"),
            end: true,
            cell: (touchpoint: Touchpoint) => (
              <Group gap={4} justify="flex-end" wrap="nowrap">
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t("journey.change_named", touchpoint)}
                  onClick={() => setEdited(touchpoint)}
                >
                  {t("journey.edit")}
                </Button>
                <ConfirmButton
                  label={t("journey.remove")}
                  aria-label={t("journey.remove_named", touchpoint)}
                  title={t("journey.remove_named", touchpoint)}
                  text={t("journey.remove_text")}
                  action={t("journey.remove")}
                  run={() => remove(touchpoint)}
                />
              </Group>
            ),
          },
        ]
      : []),
  ];

  return (
    <Page
      title={t("pages.journey.title")}
      about={t("pages.journey.about")}
      actions={
        mayChange && (
          <Button data-create leftSection={<Plus size={16} />} onClick={() => navigate({ search: { create: true } })}>
            {t("journey.register")}
          </Button>
        )
      }
    >
      {journey.isError && <Failure error={journey.error} retry={() => journey.refetch()} />}
      {journey.data && <Stages key={journey.data.stages.join()} journey={journey.data} mayChange={mayChange} />}
      <Panel title={t("journey.touchpoints")} about={t("journey.touchpoints_text")}>
        {touchpoints.isError && <Failure error={touchpoints.error} retry={() => touchpoints.refetch()} />}
        {touchpoints.isPending && <Skeleton height={120} />}
        {touchpoints.data?.length === 0 && (
          <Empty icon={Waypoints} title={t("journey.none")} text={t("journey.none_text")} />
        )}
        {touchpoints.data && touchpoints.data.length > 0 && (
          <WindowTable label={t("journey.registered")} columns={columns} rows={touchpoints.data} id={({ id }) => id} />
        )}
      </Panel>
      {touchpoints.data && <Unregistered touchpoints={touchpoints.data} register={mayChange ? setEdited : undefined} />}
      <TouchpointDialog
        touchpoint={create && mayChange ? NEW : edited}
        stages={journey.data?.stages ?? []}
        close={() => (create ? navigate({ search: {} }) : setEdited(undefined))}
        done={refresh}
      />
    </Page>
  );
}

interface UnregisteredProps {
  touchpoints: Touchpoint[];
  register: ((seen: Seen) => void) | undefined;
}

function Unregistered({ touchpoints, register }: UnregisteredProps) {
  const { t } = useTranslation();
  const { may } = useMe();
  const { from, to } = usePeriod({ period: "365d" });
  const writer = useWriter("count");
  const signals = (count: number) => t("journey.signals", { count, n: writer.whole(count) });
  const seen = useFigures({ metric: "count", by: ["touchpoint", "channel"], from, to });
  if (seen.isError) return <Failure error={seen.error} retry={() => seen.refetch()} />;
  if (seen.isPending) return <Card aria-busy>{<Skeleton height={60} />}</Card>;
  const found = unregistered(seen.data.rows, touchpoints);
  return (
    <Panel title={t("journey.seen")} about={found.length > 0 ? t("journey.seen_text") : t("journey.seen_none")}>
      {found.length > 0 && (
        <Rows label={t("journey.seen")}>
          {found.map((one) => (
            <Group key={one.name} justify="space-between" gap="xs" wrap="nowrap">
              <Text size="sm" miw={0}>
                <bdi>{one.name}</bdi>{" "}
                <Text span size="sm" c="dimmed">
                  {one.channel && `${one.channel} · `}
                  {may("signals:read") ? (
                    <TextLink to="/signals" search={{ period: "365d", where: equals("touchpoint", one.name) }}>
                      {signals(one.n)}
                    </TextLink>
                  ) : (
                    signals(one.n)
                  )}
                </Text>
              </Text>
              {register && (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t("journey.register_named", one)}
                  onClick={() => register(one)}
                >
                  {t("journey.taken")}
                </Button>
              )}
            </Group>
          ))}
        </Rows>
      )}
    </Panel>
  );
}
