// Every word and every metric, and what they mean.

import { Accordion, Card, Code, Group, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useLocation } from "@tanstack/react-router";
import { Search, SearchX } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "../components/Empty";
import { Failure } from "../components/Failure";
import { Page } from "../components/Page";
import { Section } from "../components/Section";
import { TextLink } from "../components/TextLink";
import { PassportParts } from "../insights/explore/PassportParts";
import { metricsQuery } from "../insights/figures";
import { useMe } from "../team/me";
import classes from "./GlossaryPage.module.css";
import { Meaning } from "./Meaning";
import { anchor, WORDS } from "./words";

const route = getRouteApi("/shell/glossary");

export function GlossaryPage() {
  const { t } = useTranslation();
  const { may } = useMe();
  const { search = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const place = useLocation({ select: ({ hash }) => hash });
  const metrics = useQuery({ ...metricsQuery, enabled: may("insights:read") });
  const sought = search.trim().toLowerCase();
  const holds = (...texts: string[]) => texts.some((text) => text.toLowerCase().includes(sought));
  const words = WORDS.filter(({ word, meaning }) => holds(word, meaning));
  const found = metrics.data?.items.filter(({ name, title, definition }) => holds(name, title, definition)) ?? [];

  // The place that an address names may stand on the page only now.
  useEffect(() => {
    if (place) document.getElementById(place)?.scrollIntoView({ block: "center" });
  }, [place]);

  return (
    <Page title={t("pages.glossary.title")} about={t("pages.glossary.about")} narrow>
      <TextInput
        type="search"
        aria-label={t("glossary.search")}
        placeholder={t("glossary.search")}
        leftSection={<Search size={15} />}
        defaultValue={search}
        maxLength={100}
        onChange={(event) => {
          const text = event.currentTarget.value;
          void navigate({ search: { search: text || undefined }, hash: true, replace: true });
        }}
      />
      {metrics.isError && <Failure error={metrics.error} retry={() => metrics.refetch()} />}
      {words.length === 0 && found.length === 0 && !metrics.isPending && (
        <Card>
          <Empty icon={SearchX} title={t("nothing_found")} text={t("glossary.none")} />
        </Card>
      )}
      {found.length > 0 && (
        <Section title={t("glossary.metrics")}>
          <Accordion variant="separated" multiple order={3}>
            {found.map((metric) => (
              <Accordion.Item key={metric.name} value={metric.name}>
                <Accordion.Control>
                  <Group gap="xs">
                    <Text fw={500}>{metric.title}</Text>
                    <Code>{metric.name}</Code>
                  </Group>
                </Accordion.Control>
                <Accordion.Panel>
                  <Stack gap="md">
                    <PassportParts metric={metric} level={4} />
                    <TextLink to="/insights/explore" search={{ metric: metric.name }} fz="sm">
                      {t("glossary.explore")}
                    </TextLink>
                  </Stack>
                </Accordion.Panel>
              </Accordion.Item>
            ))}
          </Accordion>
        </Section>
      )}
      {words.length > 0 && (
        <Section title={t("glossary.words")}>
          <Card component="dl" className={classes.words}>
            {words.map(({ word, meaning }) => (
              <div key={word} id={anchor(word)} data-here={place === anchor(word) || undefined}>
                <dt>{word}</dt>
                <dd>
                  <Meaning text={meaning} />
                </dd>
              </div>
            ))}
          </Card>
        </Section>
      )}
    </Page>
  );
}
