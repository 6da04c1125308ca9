// The person: their account, how the console looks, help with the keyboard, and the way out.

import { Avatar, Menu, Text, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Keyboard, LogOut, UserRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import { toast } from "../components/toast";
import { initials } from "../components/words";
import { useLogOut, useMe } from "../team/me";
import classes from "./Menus.module.css";
import { openShortcuts } from "./Shortcuts";

const SCHEMES = ["light", "dark", "auto"] as const;

export function UserMenu({ narrow }: { narrow: boolean }) {
  const { t } = useTranslation();
  const { person, here } = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const logOut = useLogOut();

  return (
    <Menu position="top-start" width={260}>
      <Menu.Target>
        <UnstyledButton className={classes.button} aria-label={t("shell.person", { name: person.name })}>
          <Avatar size={24} radius="xl" color="teal" name={person.name} aria-hidden fz={10}>
            {initials(person.name)}
          </Avatar>
          {!narrow && (
            <Text truncate size="sm" flex={1}>
              <bdi>{person.name}</bdi>
            </Text>
          )}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" c="var(--mantine-color-text)" fw={500} truncate>
            <bdi>{person.name}</bdi>
          </Text>
          <Text size="xs" truncate>
            {person.email}
          </Text>
          {here && <Text size="xs">{t(`roles.${here.role}.name`)}</Text>}
        </Menu.Label>
        <Menu.Divider />
        <Menu.Item component={Link} to="/account" leftSection={<UserRound size={15} aria-hidden />}>
          {t("pages.account.title")}
        </Menu.Item>
        <Menu.Item onClick={openShortcuts} leftSection={<Keyboard size={15} aria-hidden />}>
          {t("shortcuts.title")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label id="scheme">{t("scheme.label")}</Menu.Label>
        {/* biome-ignore lint/a11y/useSemanticElements: a field set is no part of a menu */}
        <div role="group" aria-labelledby="scheme">
          <Menu.RadioGroup value={colorScheme} onChange={(value) => setColorScheme(value as (typeof SCHEMES)[number])}>
            {SCHEMES.map((value) => (
              <Menu.RadioItem key={value} value={value}>
                {t(`scheme.${value}`)}
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
        </div>
        <Menu.Divider />
        <Menu.Item
          leftSection={<LogOut size={15} aria-hidden />}
          onClick={() => logOut().catch(() => toast(t("failure.unreachable_text")))}
        >
          {t("shell.log_out")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
