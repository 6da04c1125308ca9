// API keys: what may send signals here and what may ask, and how to use each.

import { Badge, Button, Code, Group, Stack, Text, Tooltip } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { KeyRound, Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { usePages } from "../../api/queries";
import type { components } from "../../api/schema";
import { ConfirmButton } from "../../components/ConfirmButton";
import { type Column, DataTable } from "../../components/DataTable";
import { Empty } from "../../components/Empty";
import { Moment } from "../../components/Moment";
import { Page } from "../../components/Page";
import { toast } from "../../components/toast";
import { useMe } from "../me";
import { CreateKey } from "./CreateKey";

type Key = components["schemas"]["Key"];
const route = getRouteApi("/shell/team/keys");

export function KeysPage() {
  const { t } = useTranslation();
  const { may } = useMe();
  const { create } = route.useSearch();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const mayChange = may("keys:write");
  const keys = usePages<Key>(["keys"], (cursor, signal) =>
    answer(api.GET("/api/v1/team/keys", { params: { query: { cursor } }, signal })),
  );
  const open = () => navigate({ to: "/team/keys", search: { create: true } });

  async function revoke(key: Key) {
    await answer(api.DELETE("/api/v1/team/keys/{key}", { params: { path: { key: key.id } } }));
    await queries.invalidateQueries({ queryKey: ["keys"] });
    toast(t("keys.revoked", { name: key.name }));
  }

  const columns: Column<Key>[] = [
    {
      header: t("fields.name"),
      cell: (key) => (
        <Stack gap={0} miw={0}>
          <Text size="sm" fw={500}>
            <bdi>{key.name}</bdi>
          </Text>
          <Code fz="xs" bg="none" p={0} c="dimmed">
            {key.prefix}…
          </Code>
        </Stack>
      ),
    },
    { header: t("keys.kind"), cell: (key) => <Scopes apiKey={key} /> },
    { header: t("keys.state"), cell: (key) => <State apiKey={key} /> },
    { header: t("keys.created"), cell: (key) => <Moment at={key.created_at} /> },
    { header: t("keys.last_used"), cell: (key) => <Moment at={key.last_used_at} none={t("never")} /> },
    {
      header: "",
      hidden: t("table.actions"),
      tight: true,
      end: true,
      cell: (key) =>
        mayChange &&
        !key.revoked_at && (
          <ConfirmButton
            label={t("keys.revoke")}
            aria-label={t("keys.revoke_name", { name: key.name })}
            title={t("keys.revoke_name", { name: key.name })}
            text={t("keys.revoke_text")}
            action={t("keys.revoke")}
            run={() => revoke(key)}
          />
        ),
    },
  ];

  return (
    <Page
      title={t("pages.keys.title")}
      about={t("pages.keys.about")}
      actions={
        mayChange && (
          <Button data-create leftSection={<Plus size={16} />} onClick={open}>
            {t("keys.create")}
          </Button>
        )
      }
    >
      <DataTable
        label={t("pages.keys.title")}
        columns={columns}
        pages={keys}
        id={(key) => key.id}
        empty={
          <Empty
            icon={KeyRound}
            title={t("keys.none")}
            text={t("keys.none_text")}
            action={mayChange && <Button onClick={open}>{t("keys.create")}</Button>}
          />
        }
      />
      <CreateKey opened={create === true && mayChange} close={() => navigate({ to: "/team/keys", search: {} })} />
    </Page>
  );
}

function Scopes({ apiKey }: { apiKey: Key }) {
  const { t } = useTranslation();
  if (apiKey.kind === "write") return <Text size="sm">{t("keys.write")}</Text>;
  const [first, second, ...more] = apiKey.scopes;
  return (
    <Group gap={4}>
      {[first, second].map(
        (scope) =>
          scope && (
            <Badge key={scope} color="gray">
              {scope}
            </Badge>
          ),
      )}
      {more.length > 0 && (
        <Tooltip label={more.join(", ")}>
          <Badge color="gray" aria-label={more.join(", ")} role="note">
            +{more.length}
          </Badge>
        </Tooltip>
      )}
    </Group>
  );
}

function State({ apiKey }: { apiKey: Key }) {
  const { t } = useTranslation();
  if (apiKey.revoked_at) return <Badge color="gray">{t("keys.is_revoked")}</Badge>;
  if (!apiKey.expires_at) return <Badge>{t("keys.works")}</Badge>;
  if (new Date(apiKey.expires_at) < new Date()) return <Badge color="orange">{t("keys.is_expired")}</Badge>;
  return (
    <Text size="sm">
      {t("keys.expires")} <Moment at={apiKey.expires_at} />
    </Text>
  );
}
