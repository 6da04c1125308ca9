// The answer as a table: every figure with its n, interval and, where it is compared, the one before.

import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { TextLink } from "../../components/TextLink";
import { type WindowColumn, WindowTable } from "../../components/WindowTable";
import type { SignalsSearch } from "../../signals/search";
import { compare } from "../compare";
import { Change, Sample, useInterval, Value, type Writer } from "../Figure";
import type { Polarity, Unit } from "../figures";
import type { Line } from "./export";

export interface FigureLine extends Line {
  id: string;
  /** To the signals behind it. */
  link: SignalsSearch | undefined;
}

interface Props {
  label: string;
  heads: string[];
  lines: FigureLine[];
  writer: Writer;
  unit: Unit;
  polarity: Polarity;
  compared: boolean;
  period: string;
}

export function FiguresTable({ label, heads, lines, writer, unit, polarity, compared, period }: Props) {
  const { t } = useTranslation();
  const interval = useInterval(writer);
  // What is counted has no interval.
  const sampled = lines.some(({ row }) => row && interval(row) !== undefined);
  const columns: WindowColumn<FigureLine>[] = [
    ...heads.map((header, i): WindowColumn<FigureLine> => ({ header, cell: ({ keys }) => <bdi>{keys[i]}</bdi> })),
    {
      header: t("explore.value"),
      end: true,
      cell: ({ row }): ReactNode => (
        <>
          {row && <Sample row={row} />} <Value row={row} writer={writer} />
        </>
      ),
    },
    ...(sampled
      ? [
          {
            header: t("explore.interval"),
            end: true,
            cell: ({ row }: FigureLine) => (
              <Text span size="sm" c="dimmed">
                {(row && interval(row)) ?? "–"}
              </Text>
            ),
          },
        ]
      : []),
    {
      header: "n",
      end: true,
      cell: ({ row, keys, link }) =>
        row && link && row.n > 0 ? (
          <TextLink
            to="/signals"
            search={link}
            aria-label={`n = ${row.n}: ${t("explore.all_signals")} ${keys.join(" · ")}`}
          >
            {writer.whole(row.n)}
          </TextLink>
        ) : (
          writer.whole(row?.n ?? 0)
        ),
    },
    ...(compared
      ? [
          {
            header: t("explore.change"),
            end: true,
            cell: ({ row, before }: FigureLine) => (
              <Change
                comparison={compare(row, before, unit, polarity)}
                before={before}
                now={row}
                writer={writer}
                period={period}
              />
            ),
          },
        ]
      : []),
  ];
  return <WindowTable label={label} columns={columns} rows={lines} id={({ id }) => id} />;
}
