// How one customer stands to each topic on each channel, and everything that they have said about it.

import { Badge, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, Minus, PencilLine, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Copyable } from "../../components/Copyable";
import { Failure } from "../../components/Failure";
import { Moment } from "../../components/Moment";
import { Panel } from "../../components/Panel";
import { Rows } from "../../components/Rows";
import { TextLink } from "../../components/TextLink";
import { useMe } from "../../team/me";
import { ConsentDialog } from "./ConsentDialog";
import { type Consent, consentsQuery, type Preference, preferencesQuery, topicsQuery } from "./consent";

export function ConsentCard({ customer }: { customer: string }) {
  const { t } = useTranslation();
  const { may } = useMe();
  const queries = useQueryClient();
  const mayChange = may("customers:write");
  const preferences = useQuery(preferencesQuery(customer));
  const topics = useQuery(topicsQuery);
  const [recording, { open, close }] = useDisclosure(false);
  const [history, { toggle }] = useDisclosure(false);
  const names = new Map(topics.data?.map(({ id, name }) => [id, name]));
  const standing = preferences.data?.preferences ?? [];
  const shown = [...new Set(standing.map(({ topic }) => topic))];
  const refresh = () => queries.invalidateQueries({ queryKey: ["customer", customer] });

  return (
    <Panel
      title={t("consent.card")}
      aside={
        mayChange && (
          <Button size="xs" variant="default" leftSection={<PencilLine size={14} />} onClick={open}>
            {t("consent.record")}
          </Button>
        )
      }
    >
      {preferences.isError && <Failure error={preferences.error} retry={() => preferences.refetch()} />}
      {preferences.isPending && <Skeleton height={60} />}
      {preferences.isSuccess && shown.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("consent.card_none")}{" "}
          {may("actions:write") && <TextLink to="/customers/consent">{t("consent.to_settings")}</TextLink>}
        </Text>
      )}
      {shown.length > 0 && (
        <Rows label={t("consent.topics")}>
          {shown.map((topic) => (
            <Stack key={topic} gap={4}>
              <Text size="sm" fw={500}>
                <bdi>{names.get(topic) ?? topic}</bdi>
              </Text>
              {standing
                .filter((one) => one.topic === topic)
                .map((one) => (
                  <Standing key={one.channel} preference={one} />
                ))}
            </Stack>
          ))}
        </Rows>
      )}
      {preferences.data && shown.length > 0 && (
        <Text size="xs" c="dimmed">
          {preferences.data.objected_at && (
            <>
              {t("consent.objected")} <Moment at={preferences.data.objected_at} />
              {" · "}
            </>
          )}
          {t(preferences.data.timezone_known ? "consent.zone" : "consent.zone_workspace", {
            zone: preferences.data.timezone,
          })}
        </Text>
      )}
      {mayChange && shown.length > 0 && <PreferenceLink customer={customer} />}
      <Button size="xs" variant="default" onClick={toggle} aria-expanded={history} style={{ alignSelf: "flex-start" }}>
        {t(history ? "consent.hide_history" : "consent.show_history")}
      </Button>
      {history && <History customer={customer} names={names} />}
      {mayChange && (
        <ConsentDialog customer={customer} topics={topics.data ?? []} opened={recording} close={close} done={refresh} />
      )}
    </Panel>
  );
}

function Standing({ preference }: { preference: Preference }) {
  const { t } = useTranslation();
  const { state, allowed, channel, since } = preference;
  const said = state === "granted" || state === "withdrawn" || state === "objected";
  const Sign = allowed ? Check : said ? X : Minus;
  return (
    <Group justify="space-between" gap="xs" wrap="nowrap">
      <Text size="sm">{t(`consent.channel.${channel}`)}</Text>
      <Text size="xs" c="dimmed" ta="end">
        <Badge color={allowed ? "teal" : said ? "orange" : "gray"} leftSection={<Sign size={12} aria-hidden />}>
          {t(`consent.state.${state}`)}
        </Badge>{" "}
        {since && <Moment at={since} />}
      </Text>
    </Group>
  );
}

function PreferenceLink({ customer }: { customer: string }) {
  const { t } = useTranslation();
  const [url, setUrl] = useState<string>();
  const [failure, setFailure] = useState<unknown>();
  const [busy, setBusy] = useState(false);

  async function make() {
    setBusy(true);
    setFailure(undefined);
    try {
      const made = await answer(
        api.POST("/api/v1/customers/{customer}/preference-links", { params: { path: { customer } } }),
      );
      setUrl(made.url);
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  if (url) {
    return (
      <Stack gap={4}>
        <Copyable text={url} label={t("consent.link")} />
        <Text size="xs" c="dimmed">
          {t("consent.link_text")}
        </Text>
      </Stack>
    );
  }
  return (
    <>
      {Boolean(failure) && <Failure error={failure} />}
      <Button size="xs" variant="default" loading={busy} onClick={make} style={{ alignSelf: "flex-start" }}>
        {t("consent.copy_link")}
      </Button>
    </>
  );
}

function History({ customer, names }: { customer: string; names: Map<string, string> }) {
  const { t } = useTranslation();
  const consents = useInfiniteQuery(consentsQuery(customer));
  const entries = consents.data?.pages.flatMap(({ items }) => items) ?? [];
  if (consents.isError) return <Failure error={consents.error} retry={() => consents.refetch()} />;
  if (consents.isSuccess && entries.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t("consent.no_history")}
      </Text>
    );
  }
  return (
    <>
      <Rows label={t("consent.history")} busy={consents.isPending}>
        {entries.map((entry) => (
          <Entry key={entry.seq} entry={entry} names={names} />
        ))}
      </Rows>
      {consents.hasNextPage && (
        <Button
          size="xs"
          variant="default"
          loading={consents.isFetchingNextPage}
          onClick={() => consents.fetchNextPage()}
          style={{ alignSelf: "flex-start" }}
        >
          {t("consent.more_history")}
        </Button>
      )}
    </>
  );
}

function Entry({ entry, names }: { entry: Consent; names: Map<string, string> }) {
  const { t } = useTranslation();
  const { topic, channel, source, wording, note } = entry;
  const act = t(`consent.act.${entry.act}`);
  const by = (entry.actor.split(":")[0] ?? "") as "person";
  return (
    <Stack gap={0}>
      <Text size="sm" fw={500}>
        {topic ? t("consent.entry", { act, topic: names.get(topic) ?? topic }) : t("consent.entry_all", { act })}
        {channel && ` (${t(`consent.channel.${channel}`)})`}
      </Text>
      <Text size="xs" c="dimmed">
        <Moment at={entry.at} /> · {t(`consent.by.${by}`, { defaultValue: entry.actor })} ·{" "}
        <bdi>{t(`consent.source.${source as "one_click"}`, { defaultValue: source })}</bdi>
      </Text>
      {[wording, note].filter(Boolean).map((said) => (
        <Text key={said} size="xs">
          <bdi>“{said}”</bdi>
        </Text>
      ))}
    </Stack>
  );
}
