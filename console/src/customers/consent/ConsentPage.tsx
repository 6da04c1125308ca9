// What customers are contacted about, and the rules of contact.

import { Badge, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { MailCheck, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { ConfirmButton } from "../../components/ConfirmButton";
import { Empty } from "../../components/Empty";
import { Failure } from "../../components/Failure";
import { Page } from "../../components/Page";
import { Panel } from "../../components/Panel";
import { toast } from "../../components/toast";
import { type WindowColumn, WindowTable } from "../../components/WindowTable";
import { useMe } from "../../team/me";
import { rulesQuery, type Topic, topicsQuery } from "./consent";
import { Rules } from "./Rules";
import { TopicDialog } from "./TopicDialog";

export function ConsentPage() {
  const { t } = useTranslation();
  const { may } = useMe();
  const queries = useQueryClient();
  const mayChange = may("actions:write");
  const topics = useQuery(topicsQuery);
  const rules = useQuery(rulesQuery);
  const [edited, setEdited] = useState<Topic | "new">();

  /** What customers may be contacted about is another now. */
  const refresh = () =>
    Promise.all(["topics", "customer"].map((key) => queries.invalidateQueries({ queryKey: [key] })));

  async function remove(topic: Topic) {
    await answer(api.DELETE("/api/v1/customers/topics/{topic}", { params: { path: { topic: topic.id } } }));
    await refresh();
    toast(t("consent.removed", topic));
  }

  const columns: WindowColumn<Topic>[] = [
    {
      header: t("consent.name"),
      cell: ({ name, description }) => (
        <Stack gap={0}>
          <bdi>{name}</bdi>
          {description && (
            <Text size="xs" c="dimmed">
              <bdi>{description}</bdi>
            </Text>
          )}
        </Stack>
      ),
    },
    { header: t("consent.id"), cell: ({ id }) => <code>{id}</code> },
    {
      header: t("consent.channels"),
      cell: ({ channels }) => (
        <Group gap={4}>
          {channels.map((channel) => (
            <Badge key={channel} color="gray">
              {t(`consent.channel.${channel}`)}
            </Badge>
          ))}
        </Group>
      ),
    },
    { header: t("consent.basis"), cell: ({ basis }) => t(`consent.bases.${basis}`) },
    ...(mayChange
      ? [
          {
            header: t("consent.edit"),
            end: true,
            cell: (topic: Topic) => (
              <Group gap={4} justify="flex-end" wrap="nowrap">
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t("consent.change_named", topic)}
                  onClick={() => setEdited(topic)}
                >
                  {t("consent.edit")}
                </Button>
                <ConfirmButton
                  label={t("consent.remove")}
                  aria-label={t("consent.remove_named", topic)}
                  title={t("consent.remove_named", topic)}
                  text={t("consent.remove_text")}
                  action={t("consent.remove")}
                  run={() => remove(topic)}
                />
              </Group>
            ),
          },
        ]
      : []),
  ];

  return (
    <Page
      title={t("pages.consent.title")}
      about={t("pages.consent.about")}
      actions={
        mayChange && (
          <Button data-create leftSection={<Plus size={16} />} onClick={() => setEdited("new")}>
            {t("consent.make")}
          </Button>
        )
      }
    >
      <Panel title={t("consent.topics")} about={t("consent.topics_text")}>
        {topics.isError && <Failure error={topics.error} retry={() => topics.refetch()} />}
        {topics.isPending && <Skeleton height={120} />}
        {topics.data?.length === 0 && (
          <Empty icon={MailCheck} title={t("consent.none")} text={t("consent.none_text")} />
        )}
        {topics.data && topics.data.length > 0 && (
          <WindowTable label={t("consent.topics")} columns={columns} rows={topics.data} id={({ id }) => id} />
        )}
      </Panel>
      {rules.isError && <Failure error={rules.error} retry={() => rules.refetch()} />}
      {rules.data && <Rules key={JSON.stringify(rules.data)} rules={rules.data} mayChange={mayChange} />}
      <TopicDialog topic={edited} close={() => setEdited(undefined)} done={refresh} />
    </Page>
  );
}
