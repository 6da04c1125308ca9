// The answer: its question as a title, the chart or the table, and the ways to take it along.

import {
  Alert,
  Button,
  Card,
  Group,
  Menu,
  SegmentedControl,
  Skeleton,
  Stack,
  Switch,
  Text,
  Title,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import {
  ChartColumn,
  ChevronDown,
  Copy,
  FileDown,
  Grid3x3,
  Image as ImageIcon,
  SearchX,
  Table2,
  TriangleAlert,
} from "lucide-react";
import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "../../components/Empty";
import { Failure } from "../../components/Failure";
import { save } from "../../components/save";
import { TextLink } from "../../components/TextLink";
import { toast } from "../../components/toast";
import { useMe } from "../../team/me";
import { Annotations } from "../annotations/Annotations";
import { type Annotation, annotationsQuery, flagsOf } from "../annotations/annotations";
import { Chart } from "../chart/Chart";
import type { ChartHandle } from "../chart/EChart";
import { useInk } from "../chart/ink";
import { sayBucket, sayDay } from "../days";
import { useWriter } from "../Figure";
import { type Figures, isShown, type Metric, TIME } from "../figures";
import { type Period, periodSearch, useZone } from "../periods";
import { behind, type Point } from "./behind";
import { csv, linesOf, tsv } from "./export";
import { FiguresTable } from "./FiguresTable";
import { figureLines } from "./lines";
import type { Asked } from "./question";
import { type ExploreSearch, SHAPES, type Shape } from "./search";
import { arrange, type Words } from "./table";

interface Props {
  asked: Asked;
  /** The question in words. */
  title: string;
  metric: Metric | undefined;
  figures: Figures;
  before: Figures | undefined;
  beforeError: unknown;
  retryBefore: () => unknown;
  /** The figures still answer the question before this one. */
  stale: boolean;
  period: Period;
  set: (change: ExploreSearch) => void;
}

export function AnswerCard({
  asked,
  title,
  metric,
  figures,
  before,
  beforeError,
  retryBefore,
  stale,
  period,
  set,
}: Props) {
  const { t, i18n } = useTranslation();
  const { may } = useMe();
  const navigate = useNavigate();
  const zone = useZone();
  const chart = useRef<ChartHandle>(null);
  const ink = useInk();
  const words: Words = { missing: t("figure.missing"), yes: t("figure.yes"), no: t("figure.no") };
  const writer = useWriter(figures.unit, figures.currency);
  // While another answer is on its way the old one is read by the fields that it has.
  const { by, every } = stale ? fieldsOf(figures, asked) : asked;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words follow from the language
  const answer = useMemo(
    () => arrange(figures, by, every, period, zone, words),
    [figures, by.join(), every, period.from, period.to, zone, i18n.language],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words follow from the language
  const earlier = useMemo(
    () => before && arrange(before, by, every, { from: period.previous.from, to: period.from }, zone, words),
    [before, by.join(), every, period.from, period.to, zone, i18n.language],
  );
  const link = (point?: Point) => ({
    ...periodSearch(period),
    where: behind(metric, asked, period, point) || undefined,
  });
  const drill = may("signals:read")
    ? (point: Point) => void navigate({ to: "/signals", search: link(point) })
    : undefined;
  const lines = figureLines(
    answer,
    earlier,
    words,
    (bucket) => (every ? sayBucket(bucket, every, i18n.language, true) : ""),
    (point) => (may("signals:read") ? link(point) : undefined),
  );
  const heads = [...(every ? [t(`grains.${every}`)] : []), ...by];
  const table = () =>
    linesOf(
      [...(every ? [TIME] : []), ...by],
      lines.map(({ raw, ...line }) => ({ ...line, keys: raw })),
      earlier !== undefined,
    );
  const name = `${asked.metric.replace(/[^\w-]+/g, "_")}_${period.from}_${period.last}`;
  const span = t("explore.period", {
    from: sayDay(period.from, i18n.language),
    to: sayDay(period.last, i18n.language),
  });
  const about = [span, asked.where].filter(Boolean).join(" · ");
  const empty = figures.rows.every(({ n }) => n === 0);
  const lined = asked.shape === "line" && answer.grain !== undefined && !stale;
  const { data: annotations = NONE } = useQuery({ ...annotationsQuery(period.from, period.to), enabled: lined });
  const flags = useMemo(
    () => (lined && answer.grain ? flagsOf(annotations, answer.buckets, answer.grain, zone) : []),
    [annotations, lined, answer, zone],
  );
  const lacking = lacks(asked.shape, by.length, every !== undefined, figures);

  async function png() {
    try {
      const picture = await chart.current?.png({ ...ink, title, about, background: ink.surface });
      if (picture) save(picture, `${name}.png`);
    } catch {
      toast(t("explore.png_failed"));
    }
  }

  return (
    <Card component="section" aria-labelledby="answer">
      <Stack gap="md">
        <Group justify="space-between" align="flex-start" gap="sm">
          <Stack gap={2} flex="1 1 16rem" miw={0}>
            <Title order={2} id="answer">
              {title}
            </Title>
            <Text size="xs" c="dimmed">
              {about}
              {may("signals:read") && (
                <>
                  {" · "}
                  <TextLink to="/signals" search={link()} underline="always">
                    {t("explore.all_signals")}
                  </TextLink>
                </>
              )}
            </Text>
          </Stack>
          <Group gap="xs">
            <Switch
              label={t("explore.compare")}
              checked={asked.compare}
              onChange={(event) => set({ compare: event.currentTarget.checked || undefined })}
            />
            <SegmentedControl
              size="xs"
              aria-label={t("explore.as")}
              value={asked.shape}
              onChange={(as) => set({ as: as as Shape })}
              data={SHAPES.map((value) => ({ value, label: t(`explore.${value}`) }))}
            />
            <Menu position="bottom-end">
              <Menu.Target>
                <Button size="xs" variant="default" rightSection={<ChevronDown size={14} />}>
                  {t("explore.save")}
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item
                  leftSection={<Copy size={14} />}
                  onClick={() => void navigator.clipboard?.writeText(tsv(table())).then(() => toast(t("copied")))}
                >
                  {t("explore.copy")}
                </Menu.Item>
                <Menu.Item leftSection={<FileDown size={14} />} onClick={() => save(csv(table()), `${name}.csv`)}>
                  {t("explore.csv")}
                </Menu.Item>
                {asked.shape !== "table" && !empty && !lacking && (
                  <Menu.Item leftSection={<ImageIcon size={14} />} onClick={png}>
                    {t("explore.png")}
                  </Menu.Item>
                )}
              </Menu.Dropdown>
            </Menu>
          </Group>
        </Group>
        <Missing figures={figures} />
        {Boolean(beforeError) && <Failure error={beforeError} retry={retryBefore} />}
        {empty ? (
          <Empty icon={SearchX} title={t("explore.none")} text={t("explore.none_text")} />
        ) : lacking ? (
          <Empty
            icon={lacking === "heat" ? Grid3x3 : ChartColumn}
            title={t(`explore.${lacking}_needs`)}
            text={t(`explore.${lacking}_needs_text`)}
            action={
              <Button variant="default" leftSection={<Table2 size={16} />} onClick={() => set({ as: "table" })}>
                {t("explore.table")}
              </Button>
            }
          />
        ) : asked.shape === "table" ? (
          <FiguresTable
            label={`${title}: ${t("explore.table")}`}
            heads={heads}
            lines={lines}
            writer={writer}
            unit={figures.unit}
            polarity={metric?.polarity ?? "neutral"}
            compared={earlier !== undefined}
            period={t("period.before", { count: period.days })}
          />
        ) : (
          <Chart
            ref={chart}
            answer={answer}
            span={{ from: period.from, to: period.now }}
            before={earlier}
            shape={asked.shape}
            title={title}
            unit={figures.unit}
            writer={writer}
            words={words}
            flags={flags}
            pick={stale ? undefined : drill}
          />
        )}
        {asked.shape === "line" && !empty && !lacking && <Annotations period={period} />}
      </Stack>
    </Card>
  );
}

const NONE: Annotation[] = [];

/** What a shape cannot be drawn without. */
function lacks(
  shape: Shape,
  fields: number,
  series: boolean,
  { rows }: Figures,
): "line" | "heat" | "drawing" | undefined {
  if (shape === "line" && !series) return "line";
  if (shape === "heat" && fields + (series ? 1 : 0) < 2) return "heat";
  return shape !== "table" && !rows.some(isShown) ? "drawing" : undefined;
}

function fieldsOf(figures: Figures, asked: Asked): Pick<Asked, "by" | "every"> {
  const keys = Object.keys(figures.rows[0]?.keys ?? {});
  return { by: keys.filter((key) => key !== TIME), every: keys.includes(TIME) ? asked.every : undefined };
}

/** Damaged data is said, never left out in silence. */
function Missing({ figures }: { figures: Figures }) {
  const { t } = useTranslation();
  const files = figures.incomplete ?? [];
  if (files.length === 0) return null;
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  return (
    <Alert
      color="orange"
      icon={<TriangleAlert size={18} />}
      title={t("figure.incomplete", { count: files.length, rows })}
    >
      {files.slice(0, 5).map(({ file, reason }) => (
        <Text key={file} size="xs">
          {file}: {reason}
        </Text>
      ))}
    </Alert>
  );
}

export function AnswerSkeleton() {
  return (
    <Card aria-busy>
      <Stack>
        <Skeleton height={16} width={260} />
        <Skeleton height={340} />
      </Stack>
    </Card>
  );
}
