// Where a new workspace begins: what is done, and the next step.

import { Button, Card, Group, Progress, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Check, KeyRound, type LucideIcon, ShieldCheck, UserPlus, Webhook } from "lucide-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../api/client";
import { Failure } from "../components/Failure";
import { Page } from "../components/Page";
import { secondFactorQuery, useMe } from "../team/me";
import classes from "./Home.module.css";

type StepName = "key" | "second_factor" | "invite" | "webhook";

interface Step {
  name: StepName;
  icon: LucideIcon;
  done: boolean;
  go: () => unknown;
}

export function Home() {
  const { t } = useTranslation();
  const { person, may, here } = useMe();
  const secondFactor = useQuery(secondFactorQuery);
  const navigate = useNavigate();
  const keys = useQuery({
    queryKey: ["home", "keys"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/team/keys", { params: { query: { limit: 1 } }, signal })),
    enabled: may("keys:read"),
  });
  const members = useQuery({
    queryKey: ["home", "members"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/team/members", { params: { query: { limit: 2 } }, signal })),
    enabled: may("team:read"),
  });
  const webhooks = useQuery({
    queryKey: ["home", "webhooks"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/actions/webhooks", { params: { query: { limit: 1 } }, signal })),
    enabled: may("actions:read"),
  });

  const steps: Step[] = [
    may("keys:write") && {
      name: "key" as const,
      icon: KeyRound,
      done: (keys.data?.items.length ?? 0) > 0,
      go: () => navigate({ to: "/team/keys", search: { create: true } }),
    },
    {
      name: "second_factor" as const,
      icon: ShieldCheck,
      done: secondFactor.data?.enabled ?? false,
      go: () => navigate({ to: "/account" }),
    },
    may("team:write") && {
      name: "invite" as const,
      icon: UserPlus,
      done: (members.data?.items.length ?? 0) > 1,
      go: () => navigate({ to: "/team/members", search: { invite: true } }),
    },
    may("actions:write") && {
      name: "webhook" as const,
      icon: Webhook,
      done: (webhooks.data?.items.length ?? 0) > 0,
      go: () => navigate({ to: "/actions/webhooks", search: { create: true } }),
    },
  ].filter((step) => step !== false);
  const done = steps.filter((step) => step.done).length;
  const next = steps.find((step) => !step.done)?.name;
  const first = person.name.split(/\s+/)[0] ?? person.name;

  return (
    <Page narrow title={t("home.hello", { name: first })} about={t("home.about", { workspace: here?.name ?? "" })}>
      {members.isError && <Failure error={members.error} retry={members.refetch} />}
      <Card>
        <Stack gap="md">
          <Group justify="space-between">
            <Title order={2}>{t(done === steps.length ? "home.all_done" : "home.start")}</Title>
            <Text size="sm" c="dimmed" className="numbers">
              {t("home.done_of", { done, all: steps.length })}
            </Text>
          </Group>
          <Progress
            value={(100 * done) / Math.max(steps.length, 1)}
            size="sm"
            aria-label={t("home.done_of", { done, all: steps.length })}
          />
          <ul className={classes.steps}>
            {steps.map((step) => (
              <li key={step.name}>
                <ThemeIcon
                  variant={step.done ? "filled" : "light"}
                  color={step.done ? "teal" : "gray"}
                  radius="xl"
                  size={32}
                  aria-hidden
                >
                  {step.done ? <Check size={16} /> : <step.icon size={16} />}
                </ThemeIcon>
                <div className={classes.words}>
                  <Text size="sm" fw={500}>
                    {t(`home.steps.${step.name}.title`)}
                    {step.done && <span className={classes.done}> · {t("home.done")}</span>}
                  </Text>
                  <Text size="sm" c="dimmed">
                    {t(`home.steps.${step.name}.text`)}
                  </Text>
                </div>
                {!step.done && (
                  <Button size="xs" variant={step.name === next ? "filled" : "default"} onClick={step.go}>
                    {t(`home.steps.${step.name}.action`)}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </Stack>
      </Card>
    </Page>
  );
}
