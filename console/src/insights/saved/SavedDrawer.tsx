// The saved questions: one's own and those that are shared, to be opened, renamed and deleted.

import { ActionIcon, Badge, Button, Drawer, Group, Stack, Text } from "@mantine/core";
import { Bookmark, Pencil } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { usePages } from "../../api/queries";
import { ConfirmButton } from "../../components/ConfirmButton";
import { Empty } from "../../components/Empty";
import { Failure } from "../../components/Failure";
import { Rows } from "../../components/Rows";
import { TextLink } from "../../components/TextLink";
import { toast } from "../../components/toast";
import { useMe } from "../../team/me";
import { type Question, searchOf, useRefreshQuestions } from "./questions";
import { SaveDialog } from "./SaveDialog";

export function SavedDrawer({ opened, close }: { opened: boolean; close: () => void }) {
  const { t } = useTranslation();
  return (
    <Drawer
      opened={opened}
      onClose={close}
      position="right"
      size="md"
      title={t("questions.title")}
      closeButtonProps={{ "aria-label": t("close") }}
      transitionProps={{ duration: 120 }}
    >
      {opened && <Listed />}
    </Drawer>
  );
}

function Listed() {
  const { t } = useTranslation();
  const { may } = useMe();
  const refresh = useRefreshQuestions();
  const [edited, setEdited] = useState<Question>();
  const mayChange = may("questions:write");
  const pages = usePages<Question>(["questions", "all"], (cursor, signal) =>
    answer(api.GET("/api/v1/insights/questions", { params: { query: { cursor } }, signal })),
  );
  const questions = pages.data?.pages.flatMap((page) => page.items) ?? [];

  async function remove({ id }: Question) {
    await answer(api.DELETE("/api/v1/insights/questions/{question}", { params: { path: { question: id } } }));
    await refresh();
    toast(t("questions.removed"));
  }

  return (
    <Stack>
      {pages.isError && <Failure error={pages.error} retry={() => pages.refetch()} />}
      {pages.isSuccess && questions.length === 0 && (
        <Empty icon={Bookmark} title={t("questions.none")} text={t("questions.none_text")} />
      )}
      {(pages.isPending || questions.length > 0) && (
        <Rows label={t("questions.title")} busy={pages.isPending}>
          {questions.map((question) => (
            <Group key={question.id} justify="space-between" wrap="nowrap" gap="xs">
              <Stack gap={2} miw={0}>
                <TextLink to="/insights/explore" search={searchOf(question)} fw={500}>
                  <bdi>{question.name}</bdi>
                </TextLink>
                <Text size="xs" c="dimmed" component="div">
                  {question.asked.metric}
                  {(question.asked.by ?? []).map((field) => ` · ${field}`)}{" "}
                  {question.shared && <Badge color="gray">{t("questions.shared")}</Badge>}
                </Text>
              </Stack>
              {mayChange && (
                <Group gap={4} wrap="nowrap">
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={t("questions.change_named", question)}
                    onClick={() => setEdited(question)}
                  >
                    <Pencil size={14} />
                  </ActionIcon>
                  <ConfirmButton
                    variant="subtle"
                    color="gray"
                    label={t("questions.remove")}
                    aria-label={t("questions.remove_named", question)}
                    title={t("questions.remove_named", question)}
                    text={t(question.shared ? "questions.remove_shared" : "questions.remove_text")}
                    action={t("questions.remove")}
                    run={() => remove(question)}
                  />
                </Group>
              )}
            </Group>
          ))}
        </Rows>
      )}
      {pages.hasNextPage && (
        <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => pages.fetchNextPage()}>
          {t("table.more")}
        </Button>
      )}
      <SaveDialog what={edited} suggestion="" close={() => setEdited(undefined)} />
    </Stack>
  );
}
