// A finding in words: of what it is, and where.

import { useTranslation } from "react-i18next";
import { words } from "../components/words";
import type { Finding } from "./Changes";

/** The last part of a field's name: `customer.state` is a state. */
const nameOf = (field: string) => words(field.slice(field.lastIndexOf(".") + 1)).toLowerCase();

export function useFindingWords({ metric, keys }: Finding): { metric: string; place: string } {
  const { t, i18n } = useTranslation();
  const entries = Object.entries(keys).map(([field, value]) => [field, String(value)] as const);
  // Shares are of one kind alone: the reasons for which customers get in touch.
  if (metric.startsWith("rate(")) {
    return { metric: t("score.contacts"), place: t("score.place.reason", { value: entries[0]?.[1] ?? "" }) };
  }
  const place = entries
    // Where it happened comes first, then of whom or what.
    .sort(([one], [other]) => Number(other === "touchpoint") - Number(one === "touchpoint"))
    .map(([field, value]) => {
      if (field === "touchpoint") return t("score.place.touchpoint", { value: words(value).toLowerCase() });
      if (field === "channel") return t("score.place.channel", { value: words(value).toLowerCase() });
      return t("score.place.other", { field: nameOf(field), value });
    });
  const key = `score.metrics.${metric}`;
  return { metric: i18n.exists(key) ? t(key as "score.metrics.nps") : words(metric), place: place.join(" ") };
}
