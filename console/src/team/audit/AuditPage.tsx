// The audit log: who did what, when, and from where.

import { Button, Code, Group, Menu, Modal, Select, Stack, Table, Text, TextInput } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { ChevronDown, Download, ScrollText } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { usePages } from "../../api/queries";
import type { components } from "../../api/schema";
import { type Column, DataTable } from "../../components/DataTable";
import { useDownload } from "../../components/download";
import { Empty } from "../../components/Empty";
import { FilterBar } from "../../components/FilterBar";
import { Moment } from "../../components/Moment";
import { OpenButton } from "../../components/OpenButton";
import { Page } from "../../components/Page";
import { words } from "../../components/words";
import { ACTIONS, useActionName } from "./actions";
import { type Names, useNames } from "./names";

type AuditEntry = components["schemas"]["AuditEntry"];
const route = getRouteApi("/shell/team/audit");

export function AuditPage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const names = useNames();
  const nameOf = useActionName();
  const [shown, setShown] = useState<AuditEntry>();
  const query = {
    action: search.action,
    actor: search.actor,
    from: search.from && `${search.from}T00:00:00Z`,
    until: search.until && dayAfter(search.until),
  };
  const entries = usePages<AuditEntry>(["audit", query], (cursor, signal) =>
    answer(api.GET("/api/v1/team/audit", { params: { query: { ...query, cursor } }, signal })),
  );
  const { busy, download } = useDownload();
  const filtered = Object.values(search).some(Boolean);

  const columns: Column<AuditEntry>[] = [
    {
      header: t("audit.what"),
      cell: (entry) => <OpenButton onClick={() => setShown(entry)}>{nameOf(entry.action)}</OpenButton>,
    },
    { header: t("audit.who"), cell: (entry) => <Actor entry={entry} names={names} /> },
    { header: t("audit.when"), cell: (entry) => <Moment at={entry.at} /> },
    { header: t("audit.from_where"), cell: (entry) => entry.network ?? "–" },
    { header: t("audit.seq"), end: true, tight: true, cell: (entry) => entry.seq },
  ];

  return (
    <Page
      title={t("pages.audit.title")}
      about={t("pages.audit.about")}
      actions={
        <Menu position="bottom-end">
          <Menu.Target>
            <Button
              variant="default"
              loading={busy}
              leftSection={<Download size={16} />}
              rightSection={<ChevronDown size={14} />}
            >
              {t("audit.export")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {(["csv", "ndjson"] as const).map((format) => (
              <Menu.Item
                key={format}
                onClick={() => download("/api/v1/team/audit/export", { ...query, format }, `audit.${format}`)}
              >
                {t(`audit.as_${format}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      }
    >
      <FilterBar active={filtered} clear={() => navigate({ search: {}, replace: true })}>
        <Select
          label={t("audit.action")}
          placeholder={t("audit.any_action")}
          data={ACTIONS.map((action) => ({ value: action, label: nameOf(action) }))}
          searchable
          clearable
          clearButtonProps={{ "aria-label": t("filter.clear") }}
          nothingFoundMessage={t("nothing_found")}
          value={search.action ?? null}
          onChange={(action) => set({ action: action ?? undefined })}
        />
        <TextInput
          key={`from-${search.from}`}
          label={t("audit.since")}
          type="date"
          defaultValue={search.from}
          onBlur={(event) => set({ from: event.currentTarget.value || undefined })}
        />
        <TextInput
          key={`until-${search.until}`}
          label={t("audit.until")}
          type="date"
          defaultValue={search.until}
          onBlur={(event) => set({ until: event.currentTarget.value || undefined })}
        />
        {search.actor && (
          <Button variant="default" size="xs" onClick={() => set({ actor: undefined })}>
            {t("audit.only", { name: names.get(search.actor) ?? search.actor.slice(0, 8) })} ×
          </Button>
        )}
      </FilterBar>
      <DataTable
        label={t("pages.audit.title")}
        columns={columns}
        pages={entries}
        id={(entry) => entry.seq}
        empty={
          <Empty
            icon={ScrollText}
            title={t(filtered ? "audit.nothing" : "audit.none")}
            text={t(filtered ? "audit.nothing_text" : "audit.none_text")}
          />
        }
      />
      <Details entry={shown} names={names} close={() => setShown(undefined)} onlyBy={(actor) => set({ actor })} />
    </Page>
  );

  function set(change: Partial<typeof search>) {
    void navigate({ search: (search) => ({ ...search, ...change }), replace: true });
  }
}

/** The last day asked for belongs to the answer; the API leaves its end out. */
function dayAfter(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString();
}

function Actor({ entry, names }: { entry: AuditEntry; names: Names }) {
  const { t } = useTranslation();
  const known = entry.actor_id && names.get(entry.actor_id);
  if (known) return <bdi>{known}</bdi>;
  const what = t(`audit.actors.${entry.actor as "person"}`, { defaultValue: entry.actor });
  return (
    <>
      {what} {entry.actor_id && <Code fz="xs">{entry.actor_id.slice(0, 8)}</Code>}
    </>
  );
}

function Details(props: {
  entry: AuditEntry | undefined;
  names: Names;
  close: () => void;
  onlyBy: (actor: string) => void;
}) {
  const { t, i18n } = useTranslation();
  const { entry } = props;
  const nameOf = useActionName();
  const details = Object.entries(entry?.details ?? {});
  return (
    <Modal
      opened={entry !== undefined}
      onClose={props.close}
      size="lg"
      title={entry && nameOf(entry.action)}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      {entry && (
        <Stack>
          <Table withRowBorders={false} horizontalSpacing={0} verticalSpacing={4}>
            <Table.Tbody>
              <Line name={t("audit.who")}>
                <Actor entry={entry} names={props.names} />
              </Line>
              <Line name={t("audit.when")}>
                {new Date(entry.at).toLocaleString(i18n.language, { dateStyle: "full", timeStyle: "long" })}
              </Line>
              <Line name={t("audit.from_where")}>{entry.network ?? "–"}</Line>
              {entry.object && (
                <Line name={t("audit.object")}>
                  {props.names.get(entry.object) ?? <Code fz="xs">{entry.object}</Code>}
                </Line>
              )}
              {details.map(([name, value]) => (
                <Line key={name} name={words(name)}>
                  {typeof value === "string" ? value : JSON.stringify(value)}
                </Line>
              ))}
              <Line name={t("audit.hash")}>
                <Code fz="xs">{entry.hash}</Code>
              </Line>
            </Table.Tbody>
          </Table>
          <Text size="xs" c="dimmed">
            {t("audit.hash_text")}
          </Text>
          {entry.actor_id && (
            <Group justify="flex-end">
              <Button
                variant="default"
                onClick={() => {
                  props.onlyBy(entry.actor_id ?? "");
                  props.close();
                }}
              >
                {t("audit.only_by")}
              </Button>
            </Group>
          )}
        </Stack>
      )}
    </Modal>
  );
}

function Line({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <Table.Tr>
      <Table.Th fw={400} c="dimmed" w={140} scope="row" style={{ verticalAlign: "top" }}>
        {name}
      </Table.Th>
      <Table.Td>{children}</Table.Td>
    </Table.Tr>
  );
}
