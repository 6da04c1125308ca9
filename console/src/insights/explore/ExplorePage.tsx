// The explorer: one question, asked and answered, with everything about it in the address.

import { Button, CopyButton, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Check, Link2 } from "lucide-react";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../../api/problem";
import { Failure } from "../../components/Failure";
import { Page } from "../../components/Page";
import { metricQuery, useFigures } from "../figures";
import { PeriodPicker } from "../PeriodPicker";
import { usePeriod } from "../periods";
import { OpenQuestion, SavedButtons } from "../saved/Saved";
import { AnswerCard, AnswerSkeleton } from "./AnswerCard";
import { Passport } from "./Passport";
import { QuestionBar } from "./QuestionBar";
import { askedBy, questionOf } from "./question";
import type { ExploreSearch } from "./search";
import { useTitle } from "./title";

const route = getRouteApi("/shell/insights/explore");

export function ExplorePage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const period = usePeriod(search);
  const asked = askedBy(search, period);
  const metric = useQuery({ ...metricQuery(asked.metric), placeholderData: keepPreviousData });
  const figures = useFigures(questionOf(asked, period), { keep: true });
  const before = useFigures(questionOf(asked, period.previous), { keep: true, enabled: asked.compare });
  const [passport, { open, close }] = useDisclosure(false);
  const title = useTitle(asked, metric.data);
  const set = useCallback(
    (change: ExploreSearch) => void navigate({ search: (search) => ({ ...search, ...change }), replace: true }),
    [navigate],
  );

  return (
    <Page
      title={t("pages.explore.title")}
      about={t("pages.explore.about")}
      actions={
        <>
          <SavedButtons search={search} title={title} set={set} />
          <CopyButton value={location.href} timeout={2000}>
            {({ copied, copy }) => (
              <Button variant="default" leftSection={copied ? <Check size={16} /> : <Link2 size={16} />} onClick={copy}>
                <span aria-live="polite">{t(copied ? "copied" : "explore.copy_link")}</span>
              </Button>
            )}
          </CopyButton>
          <PeriodPicker
            period={period}
            set={(chosen) => set({ period: undefined, from: undefined, to: undefined, ...chosen })}
          />
        </>
      }
    >
      <OpenQuestion search={search} set={set} />
      <QuestionBar asked={asked} set={set} error={figures.error} passport={open} />
      {figures.isError && !isPlaced(figures.error) && <Failure error={figures.error} retry={() => figures.refetch()} />}
      {figures.isPending && <AnswerSkeleton />}
      {figures.data && !figures.isError && (
        <Stack gap="md" style={{ opacity: figures.isPlaceholderData ? 0.6 : 1 }} aria-busy={figures.isPlaceholderData}>
          <AnswerCard
            asked={asked}
            title={title}
            metric={metric.data}
            figures={figures.data}
            before={asked.compare ? before.data : undefined}
            beforeError={asked.compare ? before.error : undefined}
            retryBefore={() => before.refetch()}
            stale={figures.isPlaceholderData}
            period={period}
            set={set}
          />
        </Stack>
      )}
      <Passport asked={asked} opened={passport} close={close} />
    </Page>
  );
}

const FIELDS = ["metric", "by", "every", "where"];

/** Whether the question's own fields say everything that is wrong. */
function isPlaced(error: unknown): boolean {
  if (!(error instanceof Problem) || error.status !== 400) return false;
  const fields = Object.keys(error.fields);
  return fields.length > 0 && fields.every((field) => FIELDS.includes(field));
}
