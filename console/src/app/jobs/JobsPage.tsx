// Jobs: the work that Harken does by itself, what of it failed, and when it comes again.

import { Badge, Button, Code, Drawer, Group, SimpleGrid, Stack, Tabs, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { CircleCheck, RefreshCw } from "lucide-react";
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
import { Page } from "../../components/Page";
import { toast } from "../../components/toast";
import { sentence, words } from "../../components/words";
import { useMe } from "../../team/me";
import classes from "./JobsPage.module.css";
import { Schedules } from "./Schedules";

type Job = components["schemas"]["Job"];
type State = Job["state"];
const route = getRouteApi("/shell/jobs");
const STATES: State[] = ["waiting", "running", "dead", "done"];
const COLORS = { waiting: "gray", running: "teal", dead: "orange", done: "gray" } as const;

export function JobsPage() {
  const { t } = useTranslation();
  const { may } = useMe();
  const { state = "dead", job: opened } = route.useSearch();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const mayChange = may("jobs:write");
  const counts = useQuery({
    queryKey: ["jobs", "counts"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/jobs/counts", { signal })),
    refetchInterval: 10_000,
  });
  const jobs = usePages<Job>(["jobs", { state }], (cursor, signal) =>
    answer(api.GET("/api/v1/jobs", { params: { query: { cursor, state } }, signal })),
  );
  const again = () => queries.invalidateQueries({ queryKey: ["jobs"] });
  const open = (job: string | undefined) => navigate({ search: (search) => ({ ...search, job }), replace: true });
  const count = (state: State) =>
    counts.data?.items.filter((item) => item.state === state).reduce((sum, item) => sum + item.count, 0);

  const columns: Column<Job>[] = [
    {
      header: t("jobs.kind"),
      cell: (job) => <OpenButton onClick={() => open(job.id)}>{words(job.kind)}</OpenButton>,
    },
    ...(state === "dead" || state === "waiting"
      ? [{ header: t("jobs.reason"), cell: (job: Job) => (job.reason ? sentence(job.reason) : "–") }]
      : []),
    { header: t("jobs.attempt"), end: true, cell: (job) => job.attempt },
    state === "dead" || state === "done"
      ? { header: t("jobs.ended"), cell: (job) => <Moment at={job.ended_at} /> }
      : { header: t("jobs.due"), cell: (job) => <Moment at={job.due_at} /> },
    {
      header: "",
      hidden: t("table.actions"),
      tight: true,
      end: true,
      cell: (job) => mayChange && job.state === "dead" && <Answers job={job} onDone={again} />,
    },
  ];

  return (
    <Page
      title={t("pages.jobs.title")}
      about={t("pages.jobs.about")}
      actions={
        <Button variant="default" leftSection={<RefreshCw size={15} />} loading={jobs.isRefetching} onClick={again}>
          {t("refresh")}
        </Button>
      }
    >
      {counts.isError && <Failure error={counts.error} retry={counts.refetch} />}
      <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
        {STATES.map((name) => (
          <div key={name} className={classes.figure}>
            <Text size="xs" c="dimmed">
              {t(`jobs.states.${name}`)}
            </Text>
            <Text className={classes.number} data-alarm={name === "dead" && (count(name) ?? 0) > 0 ? true : undefined}>
              {count(name)?.toLocaleString() ?? "–"}
            </Text>
          </div>
        ))}
      </SimpleGrid>
      <Tabs
        value={state}
        onChange={(value) => navigate({ search: { state: value ?? undefined }, replace: true })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {(["dead", "waiting", "running", "done"] as const).map((name) => (
            <Tabs.Tab key={name} value={name}>
              {t(`jobs.states.${name}`)}
            </Tabs.Tab>
          ))}
          <Tabs.Tab value="schedules">{t("jobs.schedules")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value={state}>
          {state === "schedules" ? (
            <Schedules />
          ) : (
            <DataTable
              label={t("pages.jobs.title")}
              columns={columns}
              pages={jobs}
              id={(job) => job.id}
              empty={
                <Empty
                  icon={CircleCheck}
                  title={t(`jobs.none.${state as State}`)}
                  text={t(`jobs.none_text.${state as State}`)}
                />
              }
            />
          )}
        </Tabs.Panel>
      </Tabs>
      <Drawer
        opened={opened !== undefined}
        onClose={() => open(undefined)}
        position="right"
        size="lg"
        title={t("jobs.one")}
        closeButtonProps={{ "aria-label": t("close") }}
        transitionProps={{ duration: 120 }}
      >
        {opened && <Details id={opened} mayChange={mayChange} onDone={again} close={() => open(undefined)} />}
      </Drawer>
    </Page>
  );
}

function Answers({ job, onDone }: { job: Job; onDone: () => unknown }) {
  const { t } = useTranslation();
  const path = { job: job.id };
  async function retry() {
    await answer(api.POST("/api/v1/jobs/{job}/retry", { params: { path } }));
    await onDone();
    toast(t("jobs.retried"));
  }
  async function discard() {
    await answer(api.DELETE("/api/v1/jobs/{job}", { params: { path } }));
    await onDone();
    toast(t("jobs.discarded"));
  }
  return (
    <Group gap="xs" wrap="nowrap" justify="flex-end">
      <ConfirmButton
        label={t("jobs.retry")}
        title={t("jobs.retry")}
        text={t("jobs.retry_text")}
        action={t("jobs.retry")}
        run={retry}
      />
      <ConfirmButton
        label={t("jobs.discard")}
        title={t("jobs.discard")}
        text={t("jobs.discard_text")}
        action={t("jobs.discard")}
        run={discard}
      />
    </Group>
  );
}

function Details(props: { id: string; mayChange: boolean; onDone: () => unknown; close: () => void }) {
  const { t } = useTranslation();
  const job = useQuery({
    queryKey: ["jobs", props.id],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/jobs/{job}", { params: { path: { job: props.id } }, signal })),
  });
  if (job.isError) return <Failure error={job.error} retry={job.refetch} />;
  if (!job.data) return null;
  const { kind, state, reason, attempt, created_at, payload } = job.data;
  return (
    <Stack>
      <Group justify="space-between">
        <Group gap="xs">
          <Text fw={500}>{words(kind)}</Text>
          <Badge color={COLORS[state]}>{t(`jobs.states.${state}`)}</Badge>
        </Group>
        {props.mayChange && state === "dead" && (
          <Answers
            job={job.data}
            onDone={async () => {
              props.close();
              await props.onDone();
            }}
          />
        )}
      </Group>
      {reason && <Text size="sm">{sentence(reason)}</Text>}
      <Text size="sm" c="dimmed">
        {t("jobs.attempts", { count: attempt })} · {t("jobs.enqueued")} <Moment at={created_at} />
      </Text>
      <Code block tabIndex={0}>
        {JSON.stringify(payload, null, 2)}
      </Code>
      <Text size="xs" c="dimmed">
        <Code fz="xs">{props.id}</Code>
      </Text>
    </Stack>
  );
}
