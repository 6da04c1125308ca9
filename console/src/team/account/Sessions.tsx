// Every browser in which this person is logged in.

import { Badge, Group, Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { MonitorSmartphone } from "lucide-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { ConfirmButton } from "../../components/ConfirmButton";
import { Failure } from "../../components/Failure";
import { Moment } from "../../components/Moment";
import { Panel } from "../../components/Panel";
import { Rows } from "../../components/Rows";
import { toast } from "../../components/toast";
import { browserOf } from "./browser";

export function Sessions() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const sessions = useQuery({
    queryKey: ["sessions"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/team/sessions", { signal })),
  });
  const items = sessions.data?.items ?? [];
  const again = () => queries.invalidateQueries({ queryKey: ["sessions"] });

  async function end(session: string) {
    await answer(api.DELETE("/api/v1/team/sessions/{session}", { params: { path: { session } } }));
    await again();
    toast(t("account.session_ended"));
  }

  async function endOthers() {
    await answer(api.DELETE("/api/v1/team/sessions"));
    await again();
    toast(t("account.sessions_ended"));
  }

  return (
    <Panel
      title={t("account.sessions")}
      about={t("account.sessions_text")}
      aside={
        items.length > 1 && (
          <ConfirmButton
            label={t("account.end_others")}
            title={t("account.end_others")}
            text={t("account.end_others_text")}
            action={t("account.end_others")}
            run={endOthers}
          />
        )
      }
    >
      {sessions.isError && <Failure error={sessions.error} retry={sessions.refetch} />}
      <Rows busy={sessions.isPending} label={t("account.sessions")}>
        {items.map((session) => {
          const browser = browserOf(session.agent) || t("account.unknown_browser");
          return (
            <Group key={session.id} justify="space-between" wrap="nowrap">
              <Group gap="sm" wrap="nowrap" miw={0}>
                <MonitorSmartphone size={18} aria-hidden style={{ flex: "none" }} />
                <Stack gap={0} miw={0}>
                  <Text size="sm" title={session.agent}>
                    {browser}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {session.network} · {t("account.last_used")} <Moment at={session.last_used_at} />
                  </Text>
                </Stack>
              </Group>
              {session.current ? (
                <Badge>{t("account.this_session")}</Badge>
              ) : (
                <ConfirmButton
                  label={t("account.end_session")}
                  aria-label={t("account.end_session_of", { browser })}
                  title={t("account.end_session")}
                  text={t("account.end_session_text", { browser })}
                  action={t("account.end_session")}
                  run={() => end(session.id)}
                />
              )}
            </Group>
          );
        })}
      </Rows>
    </Panel>
  );
}
