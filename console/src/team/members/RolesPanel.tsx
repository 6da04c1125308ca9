// What each role may do.

import { Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Panel } from "../../components/Panel";
import { Rows } from "../../components/Rows";
import { ROLES } from "../roles";

export function RolesPanel() {
  const { t } = useTranslation();
  return (
    <Panel title={t("members.roles")} about={t("members.roles_text")}>
      <Rows label={t("members.roles")}>
        {ROLES.map((role) => (
          <Group key={role} gap="4px 16px" align="baseline">
            <Text size="sm" fw={500} w={96}>
              {t(`roles.${role}.name`)}
            </Text>
            <Stack gap={0} flex="1 1 16rem">
              <Text size="sm" c="dimmed">
                {t(`roles.${role}.may`)}
              </Text>
            </Stack>
          </Group>
        ))}
      </Rows>
    </Panel>
  );
}
