// One signal in one line: what was said, answered or paid.

import { Badge, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { words } from "../components/words";
import { exact } from "../insights/numbers";
import { useCurrency } from "../insights/periods";
import type { Signal } from "./filter/fields";

type Mood = "positive" | "neutral" | "negative";

const COLOURS = { positive: "teal", neutral: "gray", negative: "orange" } as const;

/** From which answer on each scale is positive, and up to which it is negative; the effort scale runs the other way. */
const SCALES: Record<string, { positive: number; negative: number; lower?: boolean }> = {
  nps: { positive: 9, negative: 6 },
  csat: { positive: 4, negative: 2 },
  csat7: { positive: 6, negative: 3 },
  csat10: { positive: 9, negative: 6 },
  ces: { positive: 3, negative: 5, lower: true },
  ces2: { positive: 5, negative: 3 },
  stars: { positive: 4, negative: 2 },
};

export function moodOf(scale: string, score: number): Mood | undefined {
  const bounds = SCALES[scale];
  if (!bounds) return undefined;
  const above = bounds.lower ? score <= bounds.positive : score >= bounds.positive;
  const below = bounds.lower ? score >= bounds.negative : score <= bounds.negative;
  return above ? "positive" : below ? "negative" : "neutral";
}

export function Answer({ signal }: { signal: Signal }) {
  const { t } = useTranslation();
  const { scale, score } = signal;
  if (score === null || score === undefined) return null;
  const mood = scale ? moodOf(scale, score) : undefined;
  const group = mood && t(`signals.moods.${scale === "nps" ? "nps" : "other"}.${mood}`);
  return (
    <Badge color={mood ? COLOURS[mood] : "gray"} style={{ flex: "none" }}>
      {[scale?.toUpperCase(), score].filter((part) => part !== undefined).join(" ")}
      {group && ` · ${group}`}
    </Badge>
  );
}

/** Amounts as people read them; what names no currency is in the workspace's. */
export function useMoney() {
  const { i18n } = useTranslation();
  const own = useCurrency();
  return ({ amount, currency }: Signal) =>
    amount ? exact(Number(amount), "money", { language: i18n.language, currency: currency ?? own }) : undefined;
}

/** What stands in the line after the kind: words first, then answers and money, else the first properties. */
export function Summary({ signal }: { signal: Signal }) {
  const money = useMoney()(signal);
  const said = signal.text;
  const properties = said || money || signal.score !== null ? "" : firstProperties(signal);
  return (
    <>
      <Answer signal={signal} /> {money && <span className="numbers">{money}</span>}{" "}
      {said && (
        <span title={said} lang={signal.language ?? undefined}>
          <bdi>“{said}”</bdi>
        </span>
      )}
      {properties && (
        <Text span size="sm" c="dimmed" title={properties}>
          {properties}
        </Text>
      )}
    </>
  );
}

function firstProperties({ properties }: Signal): string {
  return Object.entries(properties ?? {})
    .filter(([, value]) => value !== null && typeof value !== "object")
    .slice(0, 3)
    .map(([name, value]) => `${words(name).toLowerCase()} ${value}`)
    .join(" · ");
}
