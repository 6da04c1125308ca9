// A question in words, as the answer is headed and a saved one is called.

import { useTranslation } from "react-i18next";
import type { Metric } from "../figures";
import type { Asked } from "./question";

export function useTitle(asked: Asked, metric: Metric | undefined): string {
  const { t } = useTranslation();
  const words = {
    metric: metric?.title ?? asked.metric,
    by: asked.by.join(t("explore.and")),
    every: asked.every ? t(`grains.${asked.every}`) : "",
  };
  if (asked.by.length > 0) return t(asked.every ? "explore.question.by_every" : "explore.question.by", words);
  return t(asked.every ? "explore.question.every" : "explore.question.all", words);
}
