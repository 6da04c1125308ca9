// What several pages say of an import: its state, who started it, its figures.

import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema";
import { useNames } from "../../team/audit/names";

export type Import = components["schemas"]["Import"];
export type ImportedFile = components["schemas"]["ImportedFile"];

const COLOURS = { waiting: "gray", running: "blue", done: "teal", failed: "orange", cancelled: "gray" } as const;

export function ImportState({ one }: { one: Import }) {
  const { t } = useTranslation();
  const ending = one.cancelled && !one.ended_at;
  return (
    <Badge component="span" color={COLOURS[one.state]}>
      {ending ? t("imports.ending") : t(`imports.states.${one.state}`)}
    </Badge>
  );
}

/** A figure over all its files. */
export function sum(one: Import, figure: "rows" | "logged" | "duplicates" | "refused" | "bytes" | "bytes_read") {
  return one.files.reduce((total, file) => total + file[figure], 0);
}

/** Numbers with the marks of the reader's language. */
export function useCount() {
  const { i18n } = useTranslation();
  return (count: number) => count.toLocaleString(i18n.language);
}

/** 1,234,567 bytes as 1.2 MB. */
export function useSize() {
  const { i18n } = useTranslation();
  return (bytes: number) => {
    const [unit, size] = bytes >= 1e9 ? ["GB", 1e9] : bytes >= 1e6 ? ["MB", 1e6] : ["kB", 1e3];
    const number = bytes / (size as number);
    return `${number.toLocaleString(i18n.language, { maximumFractionDigits: number < 10 ? 1 : 0 })} ${unit}`;
  };
}

export function Starter({ one }: { one: Import }) {
  const { t } = useTranslation();
  const names = useNames();
  const name = one.actor_id && names.get(one.actor_id);
  return <bdi>{name ?? t(`audit.actors.${one.actor as "person"}`, { defaultValue: one.actor })}</bdi>;
}
