// One import: how far it is while it runs, and what came of it.

import { Alert, Badge, Button, Code, Group, Progress, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { AudioLines, CircleAlert, Download, FileDown } from "lucide-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { ConfirmButton } from "../../components/ConfirmButton";
import { useDownload } from "../../components/download";
import { Moment } from "../../components/Moment";
import { Page } from "../../components/Page";
import { Panel } from "../../components/Panel";
import { TextLink } from "../../components/TextLink";
import { toast } from "../../components/toast";
import { sentence, words } from "../../components/words";
import { useMe } from "../../team/me";
import { type ImportedFile, ImportState, Starter, sum, useCount, useSize } from "./Import";
import { saveMap } from "./saveMap";

const route = getRouteApi("/shell/sources/imports/$import");

export function ImportPage() {
  const { t, i18n } = useTranslation();
  const { may } = useMe();
  const { import: id } = route.useParams();
  const queries = useQueryClient();
  const count = useCount();
  const path = { import: id };
  const { data: one } = useSuspenseQuery({
    queryKey: ["imports", id],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/sources/imports/{import}", { params: { path }, signal })),
    refetchInterval: ({ state }) => (state.data?.ended_at ? false : 1_000),
  });
  const { busy, download } = useDownload();
  const name = one.files.map(({ name }) => name).join(", ");
  const refused = sum(one, "refused");
  const logged = sum(one, "logged");

  async function cancel() {
    await answer(api.POST("/api/v1/sources/imports/{import}/cancellation", { params: { path } }));
    await queries.invalidateQueries({ queryKey: ["imports"] });
    toast(t("imports.cancelled"));
  }

  return (
    <Page
      title={name}
      about={
        <>
          <ImportState one={one} /> {t("imports.by")} <Starter one={one} />, <Moment at={one.created_at} />
        </>
      }
      actions={
        <>
          <Button variant="default" leftSection={<FileDown size={15} />} onClick={() => saveMap(one.toml, name)}>
            {t("imports.save_map")}
          </Button>
          {!one.ended_at && may("sources:write") && (
            <ConfirmButton
              size="sm"
              label={t("imports.cancel")}
              title={t("imports.cancel")}
              text={t("imports.cancel_text")}
              action={t("imports.cancel")}
              run={cancel}
            />
          )}
        </>
      }
    >
      {one.reason && (
        <Alert
          color="orange"
          icon={<CircleAlert size={18} />}
          title={t(one.state === "failed" ? "imports.failed" : "imports.tried_again")}
        >
          <Stack gap="xs" align="flex-start">
            <Text size="sm">{sentence(one.reason)}</Text>
            {one.state === "failed" && may("sources:write") && (
              <Button
                size="xs"
                variant="default"
                renderRoot={(props) => <Link to="/sources/imports/new" search={{ uploads: one.uploads }} {...props} />}
              >
                {t("imports.mend")}
              </Button>
            )}
          </Stack>
        </Alert>
      )}
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        <Figure label={t("imports.rows")} value={count(sum(one, "rows"))} />
        <Figure label={t("imports.logged")} value={count(logged)} />
        <Figure label={t("imports.duplicates")} value={count(sum(one, "duplicates"))} />
        <Figure label={t("imports.refused")} value={count(refused)} />
      </SimpleGrid>
      {one.files.map((file, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two parts of a map may read the same file
        <File key={at} file={file} ended={one.ended_at !== undefined} />
      ))}
      {one.ended_at && (
        <Group>
          {logged > 0 && may("signals:read") && (
            <Button
              leftSection={<AudioLines size={15} />}
              renderRoot={(props) => (
                <Link
                  to="/signals"
                  search={{
                    where: `received_at >= '${one.started_at ?? one.created_at}' and source = 'import'`,
                    from: "1970-01-01",
                    to: new Date().toISOString().slice(0, 10),
                  }}
                  {...props}
                />
              )}
            >
              {t("imports.see_signals")}
            </Button>
          )}
          {one.rejects_until && (
            <Button
              variant="default"
              leftSection={<Download size={15} />}
              loading={busy}
              onClick={() => download(`/api/v1/sources/imports/${id}/rejects`, {}, "rejects.csv")}
            >
              {t("imports.rejects")}
            </Button>
          )}
          {one.rejects_until && (
            <Text size="sm" c="dimmed">
              {t("imports.rejects_until", {
                day: new Date(one.rejects_until).toLocaleDateString(i18n.language, { dateStyle: "long" }),
              })}
            </Text>
          )}
        </Group>
      )}
      {one.ended_at && (
        <Text size="sm">
          <TextLink to="/sources/imports">{t("imports.all")}</TextLink>
        </Text>
      )}
    </Page>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <Stack gap={0}>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text size="xl" fw={600} className="numbers">
        {value}
      </Text>
    </Stack>
  );
}

function File({ file, ended }: { file: ImportedFile; ended: boolean }) {
  const { t } = useTranslation();
  const count = useCount();
  const size = useSize();
  const share = file.bytes > 0 ? Math.min(100, (100 * file.bytes_read) / file.bytes) : 0;
  const reasons = Object.entries(file.reasons).sort(([, one], [, other]) => other - one);
  return (
    <Panel
      title={file.name}
      about={
        <>
          {t("imports.of_bytes", { read: size(file.bytes_read), all: size(file.bytes) })}
          {" · "}
          {t("imports.of_rows", { count: file.rows, n: count(file.rows) })}
        </>
      }
      aside={file.state && file.state !== "imported" && <Badge color="gray">{t(`imports.known.${file.state}`)}</Badge>}
    >
      <Progress.Root size="sm">
        <Progress.Section
          value={share}
          color={ended && share < 100 ? "gray" : "teal"}
          aria-label={t("imports.progress", { name: file.name })}
          aria-valuetext={t("imports.percent", { count: Math.round(share) })}
        />
      </Progress.Root>
      {file.state === "already_imported" && <Text size="sm">{t("imports.known_text")}</Text>}
      {reasons.length > 0 && (
        <Group gap="xs">
          <Text size="sm">{t("imports.kept_out")}</Text>
          {reasons.map(([reason, n]) => (
            <Badge key={reason} color="orange" title={reason}>
              {count(n)} {t(`imports.reasons.${reason as "missing"}`, { defaultValue: words(reason) })}
            </Badge>
          ))}
        </Group>
      )}
      {file.never_seen.length > 0 && (
        <Text size="sm">
          {t("imports.never_seen")}{" "}
          {file.never_seen.map((column) => (
            <Code key={column} mx={2}>
              {column}
            </Code>
          ))}
        </Text>
      )}
    </Panel>
  );
}
