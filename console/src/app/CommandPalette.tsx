// Ctrl-K: every page, action and metric, by typing a part of its name.

import { useMantineColorScheme } from "@mantine/core";
import { Spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import {
  Bookmark,
  ChartLine,
  FileUp,
  Keyboard,
  KeyRound,
  ListChecks,
  LogOut,
  MailCheck,
  Monitor,
  Moon,
  Radio,
  Search,
  Sun,
  UserPlus,
  Waypoints,
  Webhook,
} from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "../components/toast";
import { metricsQuery } from "../insights/figures";
import { useLogOut, useMe } from "../team/me";
import { PAGES } from "./pages";
import { openShortcuts } from "./Shortcuts";

export function CommandPalette() {
  const { t } = useTranslation();
  const { may } = useMe();
  const navigate = useNavigate();
  const logOut = useLogOut();
  const { setColorScheme } = useMantineColorScheme();
  const [opened, setOpened] = useState(false);
  const metrics = useQuery({ ...metricsQuery, enabled: opened && may("insights:read") });

  const pages = PAGES.filter((page) => !page.permission || may(page.permission)).map((page) => ({
    id: page.name,
    label: t(`pages.${page.name}.title`),
    description: t(`pages.${page.name}.about`),
    leftSection: <page.icon size={18} aria-hidden />,
    onClick: () => void navigate({ to: page.to }),
  }));

  const actions = [
    may("team:write") && {
      id: "invite",
      label: t("members.invite"),
      leftSection: <UserPlus size={18} aria-hidden />,
      onClick: () => void navigate({ to: "/team/members", search: { invite: true } }),
    },
    may("keys:write") && {
      id: "create-key",
      label: t("keys.create"),
      leftSection: <KeyRound size={18} aria-hidden />,
      onClick: () => void navigate({ to: "/team/keys", search: { create: true } }),
    },
    may("sources:write") && {
      id: "new-import",
      label: t("imports.create"),
      leftSection: <FileUp size={18} aria-hidden />,
      onClick: () => void navigate({ to: "/sources/imports/new", search: {} }),
    },
    may("actions:write") && {
      id: "create-webhook",
      label: t("webhooks.create"),
      leftSection: <Webhook size={18} aria-hidden />,
      onClick: () => void navigate({ to: "/actions/webhooks", search: { create: true } }),
    },
    may("insights:write") && {
      id: "register-touchpoint",
      label: t("journey.register"),
      leftSection: <Waypoints size={18} aria-hidden />,
      onClick: () => void navigate({ to: "/insights/journey", search: { create: true } }),
    },
    may("actions:write") && {
      id: "add-topic",
      label: t("consent.make"),
      leftSection: <MailCheck size={18} aria-hidden />,
      onClick: () => void navigate({ to: "/customers/consent", search: { create: true } }),
    },
    may("insights:read") && {
      id: "saved-questions",
      label: t("questions.title"),
      leftSection: <Bookmark size={18} aria-hidden />,
      onClick: () => void navigate({ to: "/insights/explore", search: { saved: true } }),
    },
    may("signals:read") && {
      id: "follow",
      label: t("palette.follow"),
      leftSection: <Radio size={18} aria-hidden />,
      onClick: () => void navigate({ to: "/signals", search: { follow: true } }),
    },
    {
      id: "first-steps",
      label: t("score.start.show"),
      leftSection: <ListChecks size={18} aria-hidden />,
      onClick: () => void navigate({ to: "/", search: { steps: true } }),
    },
    {
      id: "light",
      label: t("scheme.to_light"),
      leftSection: <Sun size={18} aria-hidden />,
      onClick: () => setColorScheme("light"),
    },
    {
      id: "dark",
      label: t("scheme.to_dark"),
      leftSection: <Moon size={18} aria-hidden />,
      onClick: () => setColorScheme("dark"),
    },
    {
      id: "auto",
      label: t("scheme.to_auto"),
      leftSection: <Monitor size={18} aria-hidden />,
      onClick: () => setColorScheme("auto"),
    },
    {
      id: "shortcuts",
      label: t("shortcuts.title"),
      leftSection: <Keyboard size={18} aria-hidden />,
      onClick: openShortcuts,
    },
    {
      id: "log-out",
      label: t("shell.log_out"),
      leftSection: <LogOut size={18} aria-hidden />,
      onClick: () => void logOut().catch(() => toast(t("failure.unreachable_text"))),
    },
  ].filter((action) => action !== false);

  const explored = (metrics.data?.items ?? []).map(({ name, title, definition }) => ({
    id: `metric-${name}`,
    label: t("palette.explore", { metric: title }),
    description: definition,
    keywords: name,
    leftSection: <ChartLine size={18} aria-hidden />,
    onClick: () => void navigate({ to: "/insights/explore", search: { metric: name } }),
  }));

  const groups: SpotlightActionGroupData[] = [
    { group: t("palette.pages"), actions: pages },
    { group: t("palette.actions"), actions },
    ...(explored.length > 0 ? [{ group: t("glossary.metrics"), actions: explored }] : []),
  ];

  return (
    <Spotlight
      actions={groups}
      shortcut="mod + K"
      nothingFound={t("palette.nothing")}
      highlightQuery
      scrollable
      onSpotlightOpen={() => setOpened(true)}
      maxHeight={420}
      // What can be scrolled takes the keyboard, also where nothing is typed.
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "group", "aria-label": t("palette.list") } }}
      transitionProps={{ duration: 100, transition: "fade" }}
      searchProps={{
        leftSection: <Search size={18} aria-hidden />,
        placeholder: t("palette.placeholder"),
        "aria-label": t("palette.placeholder"),
      }}
    />
  );
}
