// The frame of every page of the team: navigation on the left, the page on the right.

import { ActionIcon, AppShell, Burger, Group, Tooltip } from "@mantine/core";
import { useDisclosure, useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { spotlight } from "@mantine/spotlight";
import { Outlet, useLocation } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { Suspense, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Logo } from "../components/Logo";
import { lazyRouteComponent } from "../components/later";
import { CommandPalette } from "./CommandPalette";
import { Navigation } from "./Navigation";
import { Pending } from "./Pending";
import { SessionExpired } from "./SessionExpired";
import classes from "./Shell.module.css";
import { Shortcuts } from "./Shortcuts";

const PageWords = lazyRouteComponent(() => import("../glossary/PageWords"), "default");

export function Shell() {
  const { t } = useTranslation();
  const [opened, { toggle, close }] = useDisclosure(false);
  const [narrow, setNarrow] = useLocalStorage({ key: "harken.navigation.narrow", defaultValue: false });
  const phone = useMediaQuery("(max-width: 48em)", undefined, { getInitialValueInEffect: false }) ?? false;
  const main = useRef<HTMLElement>(null);
  const path = useLocation({ select: (location) => location.pathname });

  // A new page begins at its beginning: the menu closes, and the keyboard and the screen reader start there.
  const first = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is what this waits for
  useEffect(() => {
    close();
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [path, close]);

  return (
    <AppShell
      layout="alt"
      header={{ height: 52, collapsed: !phone }}
      navbar={{ width: narrow ? 64 : 220, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding={{ base: "md", sm: "lg" }}
      transitionDuration={120}
    >
      <a className={classes.skip} href="#main">
        {t("shell.skip")}
      </a>
      <AppShell.Header className={classes.header}>
        {phone && (
          <Group h="100%" px="md" justify="space-between">
            <Burger
              opened={opened}
              onClick={toggle}
              size="sm"
              aria-label={t(opened ? "shell.close_navigation" : "shell.open_navigation")}
              aria-expanded={opened}
            />
            <Logo size={26} />
            <Tooltip label={t("palette.open")}>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                onClick={spotlight.open}
                aria-label={t("palette.open")}
              >
                <Search size={18} />
              </ActionIcon>
            </Tooltip>
          </Group>
        )}
      </AppShell.Header>
      <AppShell.Navbar className={classes.navbar} aria-label={t("shell.navigation")}>
        <Navigation narrow={narrow && !phone} phone={phone} onNarrow={() => setNarrow(!narrow)} onClose={close} />
      </AppShell.Navbar>
      <AppShell.Main id="main" ref={main} tabIndex={-1} className={classes.main}>
        <Suspense fallback={<Pending />}>
          <Outlet />
        </Suspense>
        <Suspense>
          <PageWords />
        </Suspense>
      </AppShell.Main>
      <CommandPalette />
      <Shortcuts onNarrow={() => setNarrow(!narrow)} />
      <SessionExpired />
    </AppShell>
  );
}
