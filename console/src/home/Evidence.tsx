// Two figures with their 95 % intervals on one scale: what a sentence about a change rests on, as a picture.

import { useTranslation } from "react-i18next";
import type { Writer } from "../insights/Figure";
import type { Row } from "../insights/figures";
import classes from "./Evidence.module.css";

interface Props {
  row: Row;
  against: Row;
  better: boolean | undefined;
  /** What the two are called. */
  sides: [string, string];
  writer: Writer;
}

const WIDTH = 150;
const EDGE = 6;

export function Evidence({ row, against, better, sides, writer }: Props) {
  const { t } = useTranslation();
  const ends = [row, against].flatMap(({ low, high, value }) => [low ?? value ?? 0, high ?? value ?? 0]);
  const least = Math.min(...ends);
  const most = Math.max(...ends);
  const x = (value: number) => EDGE + ((WIDTH - 2 * EDGE) * (value - least)) / (most - least || 1);
  const interval = ({ low, high }: Row) =>
    low === null || high === null ? "" : t("figure.interval", { low: writer.exact(low), high: writer.exact(high) });
  const lines = [
    { side: sides[0], row, tone: better === false ? "worse" : better ? "better" : "plain", y: 9 },
    { side: sides[1], row: against, tone: "before", y: 25 },
  ];
  return (
    <svg viewBox={`0 0 ${WIDTH} 34`} className={classes.evidence} role="img">
      <title>
        {lines.map(({ side, row }) => `${side}: ${writer.exact(row.value ?? 0)}, ${interval(row)}`).join("\n")}
      </title>
      {lines.map(({ side, row, tone, y }) => (
        <g key={side} data-tone={tone}>
          <path
            d={`M${x(row.low ?? row.value ?? 0)} ${y}H${x(row.high ?? row.value ?? 0)}`}
            className={classes.interval}
          />
          <circle cx={x(row.value ?? 0)} cy={y} r={4} className={classes.value} />
        </g>
      ))}
    </svg>
  );
}
