// Which workspace is open, and how to open another.

import { Menu, Text, UnstyledButton } from "@mantine/core";
import { Check, ChevronsUpDown } from "lucide-react";
import { useTranslation } from "react-i18next";
import { workspace } from "../api/session";
import { Logo } from "../components/Logo";
import { useMe } from "../team/me";
import classes from "./Menus.module.css";

export function WorkspaceSwitcher({ narrow }: { narrow: boolean }) {
  const { t } = useTranslation();
  const { here, workspaces } = useMe();
  const name = here?.name ?? t("shell.no_workspace");

  function open(id: string) {
    workspace.set(id);
    // Everything on the page belongs to the workspace that is left.
    location.assign("/");
  }

  return (
    <Menu position="bottom-start" width={260}>
      <Menu.Target>
        <UnstyledButton className={classes.button} aria-label={t("shell.workspace", { name })}>
          <Logo size={24} />
          {!narrow && (
            <>
              <Text truncate fw={600} size="sm" flex={1}>
                <bdi>{name}</bdi>
              </Text>
              <ChevronsUpDown size={14} aria-hidden className={classes.sign} />
            </>
          )}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t("shell.workspaces")}</Menu.Label>
        {workspaces.map(({ id, name, role }) => (
          <Menu.Item
            key={id}
            onClick={() => open(id)}
            aria-current={id === here?.id ? "true" : undefined}
            rightSection={id === here?.id ? <Check size={14} aria-hidden /> : undefined}
          >
            <Text size="sm" truncate>
              <bdi>{name}</bdi>
            </Text>
            <Text size="xs" c="dimmed">
              {t(`roles.${role}.name`)}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
