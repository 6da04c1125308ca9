// Ctrl-K: every page and every action, by typing a part of its name.

import { useMantineColorScheme } from "@mantine/core";
import { Spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { useNavigate } from "@tanstack/react-router";
import { FileUp, Keyboard, KeyRound, LogOut, Monitor, Moon, Search, Sun, UserPlus, Webhook } from "lucide-react";
import { useTranslation } from "react-i18next";
import { toast } from "../components/toast";
import { useLogOut, useMe } from "../team/me";
import { PAGES } from "./pages";
import { openShortcuts } from "./Shortcuts";

export function CommandPalette() {
  const { t } = useTranslation();
  const { may } = useMe();
  const navigate = useNavigate();
  const logOut = useLogOut();
  const { setColorScheme } = useMantineColorScheme();

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

  const groups: SpotlightActionGroupData[] = [
    { group: t("palette.pages"), actions: pages },
    { group: t("palette.actions"), actions },
  ];

  return (
    <Spotlight
      actions={groups}
      shortcut="mod + K"
      nothingFound={t("palette.nothing")}
      highlightQuery
      scrollable
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
