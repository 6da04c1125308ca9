// The second step: what each column of a file means, and what its rows are.

import {
  Alert,
  Autocomplete,
  Button,
  Checkbox,
  Code,
  Group,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { CircleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema";
import { Choice as Choices } from "../../components/Choice";
import type { Column } from "../../components/DataTable";
import { Panel } from "../../components/Panel";
import { PlainTable } from "../../components/PlainTable";
import { sentence } from "../../components/words";
import { useCount } from "./Import";
import classes from "./Imports.module.css";
import {
  type Becomes,
  type Choice,
  choose,
  errors,
  having,
  IDENTITIES,
  type Mapping,
  type SeenColumn,
  snake,
} from "./mapping";

type Reject = components["schemas"]["PreviewedReject"];

interface Props {
  mapping: Mapping;
  change: (mapping: Mapping) => void;
  zone: string;
  setZone: (zone: string) => void;
  /** Whether what is missing is to be said. */
  checked: boolean;
  /** What the server says of each column or key. */
  fields: Record<string, string>;
  /** Rows that the last preview kept out. */
  rejects: Reject[];
}

const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
const KINDS = ["survey_answered", "review_posted", "order_completed", "payment_made", "conversation_opened"];
const SCALES = ["nps", "csat", "csat7", "csat10", "ces", "ces2", "stars", "emotion"];
const CHANNELS = ["web", "mobile", "email", "sms", "chat", "phone", "social", "review", "store", "device"];
const FORMATS = [
  "%d.%m.%Y %H:%M",
  "%d.%m.%Y",
  "%d/%m/%Y %H:%M",
  "%d/%m/%Y",
  "%m/%d/%Y %H:%M",
  "%m/%d/%Y",
  "%m/%d/%Y %I:%M %p",
  "%Y/%m/%d",
  "unix",
  "unix_ms",
];
const WHAT = ["time", "kind", "score", "scale", "amount", "currency", "text", "channel", "touchpoint"] as const;

export function ColumnsStep(props: Props) {
  const { mapping, checked } = props;
  const { t } = useTranslation();
  const count = useCount();
  const { seen } = mapping;
  const missing = checked ? errors(mapping) : [];
  return (
    <Stack gap="lg">
      {missing.length > 0 && (
        <Alert
          color="orange"
          icon={<CircleAlert size={18} />}
          title={t("imports.incomplete")}
          tabIndex={-1}
          data-mapping-error
        >
          <ul style={{ margin: 0, paddingInlineStart: 18 }}>
            {missing.map((error) => (
              <li key={error}>{t(`imports.errors.${error}`)}</li>
            ))}
          </ul>
        </Alert>
      )}
      <RowsAre {...props} />
      <Panel
        title={t("imports.columns")}
        about={t("imports.looked_at", {
          name: seen.name,
          format: t(`imports.formats.${seen.format}`),
          count: seen.rows,
          n: count(seen.rows),
        })}
        aside={<Others {...props} />}
      >
        <ColumnsTable {...props} />
        {seen.more_columns > 0 && (
          <Text size="sm" c="dimmed">
            {t("imports.more_columns", { count: seen.more_columns, n: count(seen.more_columns) })}
          </Text>
        )}
      </Panel>
    </Stack>
  );
}

/** What is said of the file as a whole. */
function RowsAre({ mapping, change, zone, setZone, checked, fields }: Props) {
  const { t } = useTranslation();
  const missing = checked ? errors(mapping) : [];
  const set = (change_: Partial<Mapping>) => change({ ...mapping, ...change_ });
  const has = (becomes: Becomes) => having(mapping, becomes);
  const time = has("time");
  const known = mapping.seen.columns.find(({ name }) => name === time)?.time_formats ?? [];
  const formats = [...new Set([...known, ...FORMATS, ...(mapping.timeFormat ? [mapping.timeFormat] : [])])];
  const keys = mapping.seen.columns.filter(({ name, usable }) => usable && !/[{}]/.test(name)).map(({ name }) => name);
  return (
    <Panel title={t("imports.rows_are")}>
      <Choices
        label={t("imports.each_row")}
        value={mapping.people ? "people" : "happened"}
        onChange={(value) => set({ people: value === "people" })}
        options={(["happened", "people"] as const).map((value) => ({
          value,
          label: t(`imports.row.${value}`),
          text: t(`imports.row.${value}_text`),
        }))}
      />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {!mapping.people &&
          (has("kind") ? (
            <Told label={t("imports.becomes.kind")} column={has("kind")} />
          ) : (
            <Autocomplete
              label={t("imports.kind")}
              description={t("imports.kind_text")}
              data={KINDS}
              value={mapping.kind}
              onChange={(kind) => set({ kind })}
              maxLength={100}
              error={
                missing.includes("kind")
                  ? t("imports.errors.kind")
                  : missing.includes("kind_form")
                    ? t("imports.errors.kind_form")
                    : fields.kind && sentence(fields.kind)
              }
            />
          ))}
        {time ? (
          <Select
            label={t("imports.time_format", { column: time })}
            description={known.length > 1 ? t("imports.time_ambiguous") : t("imports.time_format_text")}
            data={[
              { value: "", label: t("imports.time_iso") },
              ...formats.map((format) => ({ value: format, label: example(format, t("imports.time_unix")) })),
            ]}
            value={mapping.timeFormat}
            onChange={(format) => set({ timeFormat: format ?? "" })}
            allowDeselect={false}
            searchable
            nothingFoundMessage={t("nothing_found")}
          />
        ) : (
          <TextInput
            type="date"
            label={t("imports.day")}
            description={t("imports.day_text")}
            value={mapping.day}
            onChange={(event) => set({ day: event.currentTarget.value })}
            error={missing.includes("time") && t("imports.errors.time")}
          />
        )}
        <Select
          label={t("imports.zone")}
          description={t("imports.zone_text")}
          data={ZONES.includes(zone) ? ZONES : [zone, ...ZONES]}
          value={zone}
          onChange={(zone) => zone && setZone(zone)}
          allowDeselect={false}
          searchable
          nothingFoundMessage={t("nothing_found")}
        />
        {has("score") && !has("scale") && (
          <Autocomplete
            label={t("imports.scale")}
            description={t("imports.scale_text")}
            data={SCALES}
            value={mapping.scale}
            onChange={(scale) => set({ scale })}
            maxLength={50}
            error={missing.includes("scale") && t("imports.errors.scale")}
          />
        )}
        {has("amount") && !has("currency") && (
          <TextInput
            label={t("imports.currency")}
            description={t("imports.currency_text")}
            value={mapping.currency}
            onChange={(event) => set({ currency: event.currentTarget.value.toUpperCase() })}
            maxLength={3}
            error={fields.currency && sentence(fields.currency)}
          />
        )}
        <Select
          label={t("imports.decimal")}
          data={[
            { value: "", label: "1234.56" },
            { value: ".", label: "1,234.56" },
            { value: ",", label: "1.234,56" },
          ]}
          value={mapping.decimal}
          onChange={(decimal) => set({ decimal: decimal ?? "" })}
          allowDeselect={false}
          description={t("imports.decimal_text")}
        />
        {!mapping.people && !has("channel") && (
          <Select
            label={t("imports.channel")}
            description={t("imports.channel_text")}
            data={CHANNELS}
            value={mapping.channel || null}
            onChange={(channel) => set({ channel: channel ?? "" })}
            clearable
            clearButtonProps={{ "aria-label": t("filter.clear") }}
            placeholder={t("imports.none_chosen")}
          />
        )}
        {!mapping.people && !has("touchpoint") && (
          <TextInput
            label={t("imports.touchpoint")}
            description={t("imports.touchpoint_text")}
            value={mapping.touchpoint}
            onChange={(event) => set({ touchpoint: event.currentTarget.value })}
            maxLength={200}
          />
        )}
        <Select
          label={t("imports.key")}
          description={t("imports.key_text")}
          data={[{ value: "", label: t("imports.key_none") }, ...keys.map((name) => ({ value: name, label: name }))]}
          value={mapping.key}
          onChange={(key) => set({ key: key ?? "" })}
          allowDeselect={false}
          searchable
          nothingFoundMessage={t("nothing_found")}
        />
      </SimpleGrid>
      <Checkbox
        label={t("imports.anonymous")}
        description={t("imports.anonymous_text")}
        checked={mapping.anonymous}
        onChange={(event) => set({ anonymous: event.currentTarget.checked })}
        error={missing.includes("nobody") && t("imports.errors.nobody")}
      />
    </Panel>
  );
}

function Told({ label, column }: { label: string; column: string | undefined }) {
  const { t } = useTranslation();
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500}>
        {label}
      </Text>
      <Text size="sm" c="dimmed">
        {t("imports.told_by")} <Code>{column}</Code>
      </Text>
    </Stack>
  );
}

/** Keeps or leaves out everything that means nothing else. */
function Others({ mapping, change }: Props) {
  const { t } = useTranslation();
  const others = mapping.seen.columns.filter(({ name, usable }) => {
    const becomes = mapping.columns[name]?.becomes;
    return usable && (becomes === "property" || becomes === "nothing");
  });
  if (others.length < 2) return null;
  const all = (becomes: "property" | "nothing") => {
    const columns = { ...mapping.columns };
    for (const { name } of others) columns[name] = { becomes, called: snake(name) };
    change({ ...mapping, columns });
  };
  return (
    <Group gap="xs">
      <Button size="xs" variant="default" onClick={() => all("property")}>
        {t("imports.keep_others")}
      </Button>
      <Button size="xs" variant="default" onClick={() => all("nothing")}>
        {t("imports.leave_others")}
      </Button>
    </Group>
  );
}

function ColumnsTable(props: Props) {
  const { t } = useTranslation();
  const { mapping } = props;
  const columns: Column<SeenColumn>[] = [
    { header: t("imports.heads.column"), cell: (column) => <Name column={column} /> },
    { header: t("imports.heads.samples"), cell: (column) => <Samples column={column} /> },
    { header: t("imports.heads.becomes"), cell: (column) => <Become column={column} {...props} /> },
    { header: t("imports.heads.called"), cell: (column) => called(column.name) },
  ];

  function called(name: string) {
    const choice = mapping.columns[name];
    const named = choice && (["property", "trait"].includes(choice.becomes) || optionOf(choice) === "identity");
    return named ? (
      <TextInput
        aria-label={t("imports.called_of", { column: name })}
        value={choice.called}
        maxLength={100}
        onChange={(event) => props.change(choose(mapping, name, { ...choice, called: event.currentTarget.value }))}
      />
    ) : null;
  }

  return (
    <PlainTable
      label={t("imports.columns_of", { name: mapping.seen.name })}
      columns={columns}
      rows={mapping.seen.columns}
      className={classes.columns}
    />
  );
}

function Name({ column }: { column: SeenColumn }) {
  const { t } = useTranslation();
  return (
    <Stack gap={0}>
      <Text size="sm" fw={500}>
        <bdi>{column.name || t("imports.nameless")}</bdi>
      </Text>
      {!column.usable && (
        <Text size="xs" c="dimmed">
          {t(column.name ? "imports.named_twice" : "imports.unnamed")}
        </Text>
      )}
    </Stack>
  );
}

function Samples({ column }: { column: SeenColumn }) {
  const { t } = useTranslation();
  const shown = column.samples.length > 0 ? column.samples : [t("imports.no_value")];
  return (
    <Stack gap={0}>
      {shown.map((sample) => (
        <Text key={sample} size="xs" c="dimmed" className={classes.sample} title={sample}>
          <bdi>{sample}</bdi>
        </Text>
      ))}
    </Stack>
  );
}

/** A choice as an entry of the list: the usual identities have their own. */
function optionOf({ becomes, called }: Choice): string {
  return becomes === "identity" && IDENTITIES.includes(called) ? `identity:${called}` : becomes;
}

function Become({ column, mapping, change, fields, rejects }: Props & { column: SeenColumn }) {
  const { t } = useTranslation();
  const { name } = column;
  const choice = mapping.columns[name] ?? { becomes: "nothing", called: "" };
  const reject = rejects.find(({ field }) => field === name);
  const wrong = fields[name] ?? (reject && t("imports.line", { line: reject.line, message: reject.message }));
  const suggested = choice.becomes === column.becomes && column.because !== "rest" && column.usable;

  function pick(value: string | null) {
    if (!value) return;
    const [becomes, kind] = value.split(":") as [Becomes, string | undefined];
    change(choose(mapping, name, { becomes, called: kind ?? (becomes === "identity" ? "" : snake(name)) }));
  }

  const entry = (becomes: "trait" | "property" | "nothing" | (typeof WHAT)[number]) => ({
    value: becomes,
    label: t(`imports.becomes.${becomes}`),
  });
  const identities = IDENTITIES.map((kind) => ({
    value: `identity:${kind}`,
    label: t(`imports.identities.${kind as "email"}`),
  }));
  const other = { value: "identity", label: t("imports.identities.other") };
  return (
    <Select
      className={classes.choice}
      aria-label={t("imports.becomes_of", { column: name })}
      disabled={!column.usable}
      data={[
        { group: t("imports.groups.who"), items: [...identities, other, entry("trait")] },
        { group: t("imports.groups.what"), items: WHAT.map(entry) },
        { group: t("imports.groups.rest"), items: (["property", "nothing"] as const).map(entry) },
      ]}
      value={optionOf(choice)}
      onChange={pick}
      allowDeselect={false}
      searchable
      nothingFoundMessage={t("nothing_found")}
      error={wrong && sentence(wrong)}
      description={suggested ? t(`imports.because.${column.because as "name"}`) : undefined}
      inputWrapperOrder={["input", "description", "error"]}
    />
  );
}

/** A format by what it looks like. */
function example(format: string, unix: string): string {
  if (format.startsWith("unix")) return format === "unix" ? `1767607200 (${unix})` : `1767607200000 (${unix})`;
  const parts: Record<string, string> = {
    "%Y": "2026",
    "%y": "26",
    "%m": "01",
    "%d": "31",
    "%H": "18",
    "%I": "06",
    "%M": "30",
    "%S": "59",
    "%p": "PM",
    "%b": "Jan",
    "%B": "January",
    "%a": "Sat",
    "%z": "+0100",
    "%.f": ".5",
  };
  return format.replace(/%\.f|%[a-zA-Z]/g, (part) => parts[part] ?? part);
}
