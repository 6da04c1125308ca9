// Home: how customers experience the company, and what changed; before the first signal, the first steps.

import { Button, SimpleGrid } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { ListChecks } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Home as FirstSteps } from "../app/Home";
import { Pending } from "../app/Pending";
import { Page } from "../components/Page";
import { sayDay } from "../insights/days";
import { useFigures } from "../insights/figures";
import { PeriodPicker } from "../insights/PeriodPicker";
import { usePeriod } from "../insights/periods";
import { useMe } from "../team/me";
import { ChangesPanels } from "./Changes";
import { CARDS } from "./cards";
import { ScoreCard } from "./ScoreCard";

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
      <SimpleGrid cols={{ base: 2, md: 3, lg: 4 }} spacing={{ base: "xs", xs: "md" }}>
        {CARDS.map((card) => (
          <ScoreCard key={card.metric} card={card} period={period} />
        ))}
      </SimpleGrid>
      <ChangesPanels period={period} />
    </Page>
  );
}
