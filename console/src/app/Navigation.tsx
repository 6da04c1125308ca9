// The left side: workspace, search, the rooms that exist, settings, the person.

import {
  ActionIcon,
  CloseButton,
  Group,
  Kbd,
  NavLink,
  ScrollArea,
  Stack,
  Text,
  Tooltip,
  UnstyledButton,
} from "@mantine/core";
import { spotlight } from "@mantine/spotlight";
import { Link, useLocation } from "@tanstack/react-router";
import { PanelLeftClose, PanelLeftOpen, Search } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMe } from "../team/me";
import classes from "./Navigation.module.css";
import { activePage, PAGES, type PageEntry } from "./pages";
import { UserMenu } from "./UserMenu";
import { WorkspaceSwitcher } from "./WorkspaceSwitcher";

interface Props {
  /** Signs alone, without words. */
  narrow: boolean;
  phone: boolean;
  onNarrow: () => void;
  onClose: () => void;
}

const GROUPS = ["start", "signals", "customers", "insights", "actions", "settings"] as const;

export function Navigation({ narrow, phone, onNarrow, onClose }: Props) {
  const { t } = useTranslation();
  const { may } = useMe();
  const seen = PAGES.filter((page) => !page.permission || may(page.permission));

  return (
    <>
      <Group p="xs" gap={4} wrap="nowrap" justify="space-between">
        <WorkspaceSwitcher narrow={narrow} />
        {phone && <CloseButton onClick={onClose} aria-label={t("shell.close_navigation")} size="lg" />}
      </Group>
      <Stack px="xs" pb="xs" gap={0}>
        <Labelled label={t("palette.open")} shown={narrow}>
          <UnstyledButton
            className={classes.search}
            onClick={spotlight.open}
            aria-label={t("palette.open")}
            data-narrow={narrow || undefined}
          >
            <Search size={15} aria-hidden />
            {!narrow && (
              <>
                <span>{t("palette.search")}</span>
                <Kbd size="xs">{t("palette.keys")}</Kbd>
              </>
            )}
          </UnstyledButton>
        </Labelled>
      </Stack>
      <ScrollArea flex={1} type="auto" offsetScrollbars={false}>
        {GROUPS.map((group) => {
          const pages = seen.filter((page) => page.group === group);
          if (pages.length === 0) return null;
          return (
            <div key={group} className={classes.group}>
              {group !== "start" && !narrow && (
                <Text className={classes.heading} id={`group-${group}`}>
                  {t(`rooms.${group}`)}
                </Text>
              )}
              <ul
                className={classes.list}
                aria-labelledby={group !== "start" && !narrow ? `group-${group}` : undefined}
              >
                {pages.map((page) => (
                  <li key={page.name}>
                    <Entry page={page} narrow={narrow} onClose={onClose} />
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
      </ScrollArea>
      <Group
        p="xs"
        gap={4}
        wrap="nowrap"
        justify="space-between"
        className={classes.foot}
        data-narrow={narrow || undefined}
      >
        <UserMenu narrow={narrow} />
        {!phone && (
          <Tooltip label={t(narrow ? "shell.widen" : "shell.narrow")} position="right">
            <ActionIcon
              variant="subtle"
              color="gray"
              onClick={onNarrow}
              aria-label={t(narrow ? "shell.widen" : "shell.narrow")}
            >
              {narrow ? <PanelLeftOpen size={16} /> : <PanelLeftClose size={16} />}
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
    </>
  );
}

function Entry({ page, narrow, onClose }: { page: PageEntry; narrow: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const path = useLocation({ select: (location) => location.pathname });
  const active = page === activePage(path);
  const Icon = page.icon;
  const name = t(`pages.${page.name}.title`);
  return (
    <Labelled label={name} shown={narrow}>
      <NavLink
        component={Link}
        to={page.to}
        activeOptions={{ exact: true }}
        active={active}
        aria-current={active ? "page" : undefined}
        aria-label={narrow ? name : undefined}
        label={narrow ? undefined : name}
        leftSection={<Icon size={16} aria-hidden />}
        className={classes.link}
        data-narrow={narrow || undefined}
        onClick={onClose}
      />
    </Labelled>
  );
}

function Labelled({ label, shown, children }: { label: string; shown: boolean; children: React.ReactElement }) {
  return (
    <Tooltip label={label} position="right" disabled={!shown}>
      {children}
    </Tooltip>
  );
}
