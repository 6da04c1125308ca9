// Webhooks: other systems that are told what happens here.

import { Anchor, Badge, Button, Stack, Text } from "@mantine/core";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Plus, Webhook as WebhookIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { usePages } from "../../api/queries";
import type { components } from "../../api/schema";
import { type Column, DataTable } from "../../components/DataTable";
import { Empty } from "../../components/Empty";
import { Moment } from "../../components/Moment";
import { Page } from "../../components/Page";
import { useMe } from "../../team/me";
import { CreateWebhook } from "./CreateWebhook";
import { WebhookState } from "./WebhookState";

type Webhook = components["schemas"]["Webhook"];
const route = getRouteApi("/shell/actions/webhooks");

export function WebhooksPage() {
  const { t } = useTranslation();
  const { may } = useMe();
  const { create } = route.useSearch();
  const navigate = useNavigate();
  const mayChange = may("actions:write");
  const webhooks = usePages<Webhook>(["webhooks"], (cursor, signal) =>
    answer(api.GET("/api/v1/actions/webhooks", { params: { query: { cursor } }, signal })),
  );
  const open = () => navigate({ to: "/actions/webhooks", search: { create: true } });

  const columns: Column<Webhook>[] = [
    {
      header: t("webhooks.endpoint"),
      cell: (webhook) => (
        <Stack gap={0} miw={0}>
          <Anchor
            renderRoot={(props) => <Link to="/actions/webhooks/$webhook" params={{ webhook: webhook.id }} {...props} />}
            size="sm"
            fw={500}
          >
            {webhook.description || webhook.url}
          </Anchor>
          {webhook.description && (
            <Text size="xs" c="dimmed">
              {webhook.url}
            </Text>
          )}
        </Stack>
      ),
    },
    {
      header: t("webhooks.kinds"),
      cell: (webhook) =>
        webhook.kinds.length === 0 ? (
          t("webhooks.all_kinds")
        ) : (
          <Badge color="gray" title={webhook.kinds.join(", ")}>
            {t("webhooks.kind_count", { count: webhook.kinds.length })}
          </Badge>
        ),
    },
    { header: t("webhooks.state"), cell: (webhook) => <WebhookState webhook={webhook} /> },
    { header: t("webhooks.created"), cell: (webhook) => <Moment at={webhook.created_at} /> },
  ];

  return (
    <Page
      title={t("pages.webhooks.title")}
      about={t("pages.webhooks.about")}
      actions={
        mayChange && (
          <Button data-create leftSection={<Plus size={16} />} onClick={open}>
            {t("webhooks.create")}
          </Button>
        )
      }
    >
      <DataTable
        label={t("pages.webhooks.title")}
        columns={columns}
        pages={webhooks}
        id={(webhook) => webhook.id}
        empty={
          <Empty
            icon={WebhookIcon}
            title={t("webhooks.none")}
            text={t("webhooks.none_text")}
            action={mayChange && <Button onClick={open}>{t("webhooks.create")}</Button>}
          />
        }
      />
      <CreateWebhook
        opened={create === true && mayChange}
        close={() => navigate({ to: "/actions/webhooks", search: {} })}
      />
    </Page>
  );
}
