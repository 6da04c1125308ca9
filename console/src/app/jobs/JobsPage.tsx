// Jobs: the work that Harken does by itself, what of it failed, and why.

import { Badge, Button, Code, Drawer, Group, Skeleton, Stack, Tabs, Text } from "@mantine/core";
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

type Job = components["schemas"]["Job"];
type State = Job["state"];
const route = getRouteApi("/shell/jobs");
const STATES: State[] = ["dead", "waiting", "running", "done"];
const COLORS = { waiting: "gray", running: "teal", dead: "orange", done: "gray" } as const;

function useJobs(state: State) {
  return usePages<Job>(["jobs", { state }], (cursor, signal) =>
    answer(api.GET("/api/v1/jobs", { params: { query: { cursor, state } }, signal })),
  );
}

export function JobsPage() {
  const { t } = useTranslation();
  const { may } = useMe();
  const { state: asked, job: opened } = route.useSearch();
  const state = STATES.find((state) => state === asked) ?? "dead";
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const mayChange = may("jobs:write");
  const jobs = useJobs(state);
  // How many have failed is worth a look from every tab; the first page of them says enough.
  const dead = useJobs("dead");
  const failed = dead.data?.pages.flatMap((page) => page.items).length ?? 0;
  const again = () => queries.invalidateQueries({ queryKey: ["jobs"] });
  const open = (job: string | undefined) => navigate({ search: (search) => ({ ...search, job }), replace: true });

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
      cell: (job) =>
        mayChange && (job.state === "dead" || job.state === "waiting") && <Answers job={job} onDone={again} />,
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
      <Tabs
        value={state}
        onChange={(value) => navigate({ search: { state: value ?? undefined }, replace: true })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {STATES.map((name) => (
            <Tabs.Tab
              key={name}
              value={name}
              rightSection={
                name === "dead" &&
                failed > 0 && (
                  <Badge size="sm" color="orange">
                    {failed}
                    {dead.hasNextPage && "+"}
                  </Badge>
                )
              }
            >
              {t(`jobs.states.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={state}>
          <DataTable
            label={t("pages.jobs.title")}
            columns={columns}
            pages={jobs}
            id={(job) => job.id}
            empty={<Empty icon={CircleCheck} title={t(`jobs.none.${state}`)} text={t(`jobs.none_text.${state}`)} />}
          />
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
      {job.state === "dead" && (
        <ConfirmButton
          label={t("jobs.retry")}
          title={t("jobs.retry")}
          text={t("jobs.retry_text")}
          action={t("jobs.retry")}
          run={retry}
        />
      )}
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
  if (!job.data) return <Skeleton height={200} />;
  const { kind, state, reason, attempt, created_at, payload } = job.data;
  return (
    <Stack>
      <Group justify="space-between">
        <Group gap="xs">
          <Text fw={500}>{words(kind)}</Text>
          <Badge color={COLORS[state]}>{t(`jobs.states.${state}`)}</Badge>
        </Group>
        {props.mayChange && (state === "dead" || state === "waiting") && (
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
