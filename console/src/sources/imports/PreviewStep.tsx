// The third step: what would come of the first rows, and which of them are kept out.

import { Alert, Code, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { CircleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema";
import type { Column } from "../../components/DataTable";
import { Panel } from "../../components/Panel";
import { PlainTable } from "../../components/PlainTable";
import { sentence, words } from "../../components/words";
import type { Signal } from "../../signals/filter/fields";
import { Summary } from "../../signals/summary";
import { useCount } from "./Import";

type Preview = components["schemas"]["Preview"];
type FilePreview = components["schemas"]["FilePreview"];
type PreviewedSignal = components["schemas"]["PreviewedSignal"];
type PreviewedReject = components["schemas"]["PreviewedReject"];

export function PreviewStep({ preview }: { preview: Preview }) {
  const { t } = useTranslation();
  return (
    <Stack gap="lg">
      {preview.ignored.length > 0 && (
        <Text size="sm">
          {t("imports.ignored")} <bdi>{preview.ignored.join(", ")}</bdi>
        </Text>
      )}
      {preview.files.map((file, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two parts of a map may read the same file
        <Tried key={at} file={file} />
      ))}
    </Stack>
  );
}

function Tried({ file }: { file: FilePreview }) {
  const { t } = useTranslation();
  const count = useCount();
  const figures = ["rows", "signals", "customers", "refused"] as const;
  return (
    <Panel
      title={file.name}
      about={t(file.whole ? "imports.tried_whole" : "imports.tried_first", { count: file.rows, n: count(file.rows) })}
    >
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        {figures.map((figure) => (
          <Stack key={figure} gap={0}>
            <Text size="xs" c="dimmed">
              {t(`imports.tried.${figure}`)}
            </Text>
            <Text size="xl" fw={600} className="numbers">
              {count(file[figure])}
            </Text>
          </Stack>
        ))}
      </SimpleGrid>
      {file.signals === 0 && (
        <Alert color="orange" icon={<CircleAlert size={18} />} title={t("imports.nothing_comes")}>
          {t("imports.nothing_comes_text")}
        </Alert>
      )}
      {file.repeated > 0 && (
        <Alert color="orange" icon={<CircleAlert size={18} />} title={t("imports.repeated")}>
          {t("imports.repeated_text", { count: file.repeated, n: count(file.repeated) })}
        </Alert>
      )}
      {file.anonymous > 0 && (
        <Text size="sm" c="dimmed">
          {t("imports.tried_anonymous", { count: file.anonymous, n: count(file.anonymous) })}
        </Text>
      )}
      {file.first.length > 0 && <Signals file={file} />}
      {file.rejects.length > 0 && <Rejects file={file} />}
    </Panel>
  );
}

function Signals({ file }: { file: FilePreview }) {
  const { t, i18n } = useTranslation();
  const time = (at: string) => new Date(at).toLocaleString(i18n.language, { dateStyle: "medium", timeStyle: "short" });
  const columns: Column<PreviewedSignal>[] = [
    { header: t("imports.heads.line"), tight: true, cell: ({ line }) => line },
    {
      header: t("imports.heads.when"),
      cell: ({ occurred_at }) => <time dateTime={occurred_at}>{time(occurred_at)}</time>,
    },
    { header: t("imports.heads.who"), cell: (signal) => <Who signal={signal} /> },
    {
      header: t("imports.heads.what"),
      cell: (signal) => (
        <div>
          <Text span size="sm" fw={500}>
            {words(signal.kind)}
          </Text>{" "}
          <Summary signal={signal as unknown as Signal} />
        </div>
      ),
    },
  ];
  return <Titled label={t("imports.first_signals")} columns={columns} rows={file.first} />;
}

function Who({ signal }: { signal: PreviewedSignal }) {
  const { t } = useTranslation();
  const [first] = signal.identities;
  const traits = Object.entries(signal.traits).map(([name, value]) => `${words(name)}: ${value}`);
  return (
    <Stack gap={0} miw={0}>
      <Text
        size="sm"
        truncate
        title={signal.identities.map(({ kind, value }) => `${words(kind)}: ${value}`).join("\n")}
      >
        <bdi>{first?.value ?? t("imports.nobody")}</bdi>
      </Text>
      {traits.length > 0 && (
        <Text size="xs" c="dimmed" truncate title={traits.join("\n")}>
          <bdi>{traits.join(" · ")}</bdi>
        </Text>
      )}
    </Stack>
  );
}

function Rejects({ file }: { file: FilePreview }) {
  const { t } = useTranslation();
  const columns: Column<PreviewedReject>[] = [
    { header: t("imports.heads.line"), tight: true, cell: ({ line }) => line },
    { header: t("imports.heads.why"), cell: ({ message }) => sentence(message) },
    {
      header: t("imports.heads.row"),
      cell: ({ row }) => (
        <Code fz="xs" style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
          {row}
        </Code>
      ),
    },
  ];
  return <Titled label={t("imports.first_rejects")} columns={columns} rows={file.rejects} />;
}

function Titled<T>(props: { label: string; columns: Column<T>[]; rows: T[] }) {
  return (
    <Stack gap="xs">
      <Title order={3}>{props.label}</Title>
      <PlainTable {...props} />
    </Stack>
  );
}
