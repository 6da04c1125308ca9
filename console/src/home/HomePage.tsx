// Home: how customers experience the company, and what changed; before the first signal, the first steps.

import { Button, SimpleGrid } from "@mantine/core";
import { useQueries, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ListChecks } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Home as FirstSteps } from "../app/Home";
import { Pending } from "../app/Pending";
import { Failure } from "../components/Failure";
import { Page } from "../components/Page";
import { sayDay } from "../insights/days";
import { figuresQuery, useFigures } from "../insights/figures";
import { PeriodPicker } from "../insights/PeriodPicker";
import { type Period, usePeriod } from "../insights/periods";
import { useMe } from "../team/me";
import { ChangesPanels, changesQuery } from "./Changes";
import { CARDS } from "./cards";
import { questionOf, ScoreCard } from "./ScoreCard";

const route = getRouteApi("/shell/");

export function HomePage() {
  const { may } = useMe();
  const { steps } = route.useSearch();
  const asks = may("insights:read");
  const everything = useFigures({ metric: "signals" }, { enabled: asks });
  if (!asks || steps) return <FirstSteps />;
  if (everything.isPending) return <Pending />;
  // A question that failed says nothing about how much there is: each card asks, and says so, for itself.
  return everything.data?.rows[0]?.value === 0 ? <FirstSteps /> : <Scores />;
}

function Scores() {
  const { t, i18n } = useTranslation();
  const { here } = useMe();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const period = usePeriod(search);
  const failed = useFailed(period);
  return (
    <Page
      title={t("pages.home.title")}
      about={t("score.about", {
        workspace: here?.name ?? "",
        from: sayDay(period.from, i18n.language),
        to: sayDay(period.last, i18n.language),
        before: t("period.before", { count: period.days }),
      })}
      actions={
        <>
          <Button
            variant="subtle"
            color="gray"
            leftSection={<ListChecks size={16} />}
            onClick={() => navigate({ search: { steps: true } })}
          >
            {t("score.start.show")}
          </Button>
          <PeriodPicker period={period} set={(period) => navigate({ search: period })} />
        </>
      }
    >
      {failed.said && <Failure error={failed.error} retry={failed.retry} />}
      <SimpleGrid cols={{ base: 2, md: 3, lg: 4 }} spacing={{ base: "xs", xs: "md" }}>
        {CARDS.map((card) => (
          <ScoreCard key={card.metric} card={card} period={period} said={failed.said} />
        ))}
      </SimpleGrid>
      <ChangesPanels period={period} said={failed.said} />
    </Page>
  );
}

/** Several questions that fail together are said once, above them, and asked again together. */
function useFailed(period: Period) {
  const client = useQueryClient();
  const asked = CARDS.map((card) => figuresQuery(questionOf(card, period)));
  const errors = useQueries({
    queries: [...asked, changesQuery(period)],
    combine: (answers) => answers.flatMap(({ error }) => error ?? []),
  });
  return {
    said: errors.length > 1,
    error: errors[0],
    retry: () => client.refetchQueries({ type: "active", predicate: ({ state }) => state.status === "error" }),
  };
}
