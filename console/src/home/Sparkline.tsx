// A trend as small as a word: the line, its 95 % interval as a light band, gaps as gaps, exact figures on hover.

import { Skeleton, Text } from "@mantine/core";
import { type PointerEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { buckets, isWhole, sayBucket } from "../insights/days";
import type { Writer } from "../insights/Figure";
import { type Grain, hasInterval, isShown, type Row } from "../insights/figures";
import type { Period } from "../insights/periods";
import { bucketOf } from "./ScoreCard";
import classes from "./Sparkline.module.css";

interface Props {
  title: string;
  rows: Row[] | undefined;
  failed: boolean;
  grain: Grain;
  span: Period;
  zone: string;
  writer: Writer;
  /** Counts are read against zero, scores against each other. */
  fromZero: boolean;
}

const WIDTH = 240;
const HEIGHT = 52;
const EDGE = 4;

interface Point {
  x: number;
  row: Row | undefined;
  label: string;
}

export function Sparkline({ title, rows, failed, grain, span, zone, writer, fromZero }: Props) {
  const { t, i18n } = useTranslation();
  const [at, setAt] = useState<number>();
  const name = useId();
  if (!rows && !failed) return <Skeleton height={HEIGHT + 18} />;

  // A bucket that is not over yet would make every count end in a fall.
  const labels = buckets(span.from, span.to, grain, zone).filter(
    (label) => !fromZero || isWhole(label, grain, { from: span.from, to: span.now }),
  );
  const known = new Map(rows?.map((row) => [bucketOf(row), row]));
  const step = (WIDTH - 2 * EDGE) / Math.max(labels.length - 1, 1);
  const points: Point[] = labels.map((label, i) => ({ x: EDGE + i * step, row: known.get(label), label }));
  const shown = points.filter((point) => point.row && isShown(point.row));
  if (shown.length < 2) {
    return (
      <Text size="xs" c="dimmed" h={HEIGHT + 18} className={classes.none}>
        {t(failed ? "score.not_loaded" : "score.trend_none")}
      </Text>
    );
  }

  const bounds = shown.flatMap(({ row }) =>
    row ? [row.value ?? 0, row.low ?? row.value ?? 0, row.high ?? row.value ?? 0] : [],
  );
  const low = fromZero ? Math.min(0, ...bounds) : Math.min(...bounds);
  const high = Math.max(...bounds);
  const y = (value: number) => EDGE + (HEIGHT - 2 * EDGE) * (1 - (value - low) / (high - low || 1));
  const runs = unbroken(points);
  const pointed = at === undefined ? undefined : points[at];
  const say = (point: Point | undefined, long = false) =>
    point ? sayBucket(point.label, grain, i18n.language, long) : "";
  const value = ({ row }: Point) =>
    row && isShown(row) ? writer.exact(row.value) : t(row?.warning === "too_few" ? "figure.too_few" : "figure.no_data");
  const first = shown[0];
  const last = shown.at(-1);

  function point(event: PointerEvent<SVGSVGElement>) {
    const box = event.currentTarget.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * WIDTH;
    setAt(Math.min(Math.max(Math.round((x - EDGE) / step), 0), points.length - 1));
  }

  return (
    <div className={classes.spark}>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className={classes.drawing}
        role="img"
        aria-labelledby={name}
        onPointerMove={point}
        onPointerLeave={() => setAt(undefined)}
      >
        <title id={name}>
          {t("score.trend", {
            title,
            grain: t(`grains.${grain}`),
            first: first ? value(first) : "",
            last: last ? value(last) : "",
          })}
        </title>
        {runs.map((run) => (
          <path key={`band-${run[0]?.label}`} d={band(run, y)} className={classes.band} />
        ))}
        {runs.map((run) => (
          <path
            key={`line-${run[0]?.label}`}
            d={run.map(({ x, row }, i) => `${i ? "L" : "M"}${x} ${y(row?.value ?? 0)}`).join("")}
            className={run.length > 1 ? classes.line : classes.dot}
          />
        ))}
        {pointed && <path d={`M${pointed.x} 0V${HEIGHT}`} className={classes.pointer} />}
      </svg>
      <Text size="xs" c="dimmed" className={classes.caption} aria-hidden>
        {pointed ? (
          <>
            <span>{say(pointed, true)}</span>
            <span>
              {value(pointed)}
              {pointed.row && ` · ${t("figure.n", { n: writer.whole(pointed.row.n) })}`}
            </span>
          </>
        ) : (
          <>
            <span>{say(points[0])}</span>
            <span>{say(points.at(-1))}</span>
          </>
        )}
      </Text>
    </div>
  );
}

/** Stretches of points that can be shown; a gap ends one. */
function unbroken(points: Point[]): Point[][] {
  const runs: Point[][] = [];
  let open: Point[] | undefined;
  for (const point of points) {
    if (!point.row || !isShown(point.row)) {
      open = undefined;
      continue;
    }
    if (!open) {
      open = [];
      runs.push(open);
    }
    open.push(point);
  }
  return runs;
}

function band(run: Point[], y: (value: number) => number): string {
  const rows = run.filter((point): point is Point & { row: Row } => point.row !== undefined && hasInterval(point.row));
  if (rows.length < 2) return "";
  const upper = rows.map(({ x, row }) => `${x} ${y(row.high ?? 0)}`);
  const lower = rows.map(({ x, row }) => `${x} ${y(row.low ?? 0)}`).reverse();
  return `M${upper.join("L")}L${lower.join("L")}Z`;
}
