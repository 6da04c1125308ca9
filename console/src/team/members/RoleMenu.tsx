// A member's role, and how to give another.

import { Badge, Button, Menu, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Check, ChevronDown } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import type { components } from "../../api/schema";
import { Confirm } from "../../components/ConfirmButton";
import { toast } from "../../components/toast";
import { useMe } from "../me";
import { ROLES, type Role } from "../roles";

type Member = components["schemas"]["Member"];

export function RoleMenu({ member, mayChange }: { member: Member; mayChange: boolean }) {
  const { t } = useTranslation();
  const { here } = useMe();
  const queries = useQueryClient();
  const [asked, setAsked] = useState<Role>();
  // Nobody gives more than they have, and only owners touch owners.
  const owner = here?.role === "owner";
  const mayTouch = mayChange && (owner || member.role !== "owner");

  async function give(role: Role) {
    await answer(
      api.PATCH("/api/v1/team/members/{member}", { params: { path: { member: member.id } }, body: { role } }),
    );
    await queries.invalidateQueries({ queryKey: ["members"] });
    toast(t("members.role_changed", { name: member.name, role: t(`roles.${role}.name`) }));
  }

  const name = t(`roles.${member.role}.name`);
  if (!mayTouch) return <Badge color="gray">{name}</Badge>;
  return (
    <>
      <Menu width={300} position="bottom-start">
        <Menu.Target>
          <Button
            variant="default"
            size="xs"
            rightSection={<ChevronDown size={13} aria-hidden />}
            aria-label={t("members.role_of", { name: member.name, role: name })}
          >
            {name}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {ROLES.filter((role) => owner || role !== "owner").map((role) => (
            <Menu.Item
              key={role}
              onClick={() => role !== member.role && setAsked(role)}
              aria-current={role === member.role ? "true" : undefined}
              rightSection={role === member.role ? <Check size={14} aria-hidden /> : undefined}
            >
              <Text size="sm">{t(`roles.${role}.name`)}</Text>
              <Text size="xs" c="dimmed">
                {t(`roles.${role}.may`)}
              </Text>
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Confirm
        opened={asked !== undefined}
        close={() => setAsked(undefined)}
        title={t("members.change_role")}
        text={asked && t("members.change_role_text", { name: member.name, role: t(`roles.${asked}.name`) })}
        action={t("members.change_role")}
        run={async () => asked && (await give(asked))}
      />
    </>
  );
}
