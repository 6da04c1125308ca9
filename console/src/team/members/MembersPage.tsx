// Who is in the workspace, who is invited, and what each role may do.

import { Avatar, Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { ShieldCheck, UserPlus, Users } from "lucide-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { usePages } from "../../api/queries";
import type { components } from "../../api/schema";
import { ConfirmButton } from "../../components/ConfirmButton";
import { type Column, DataTable } from "../../components/DataTable";
import { Empty } from "../../components/Empty";
import { Moment } from "../../components/Moment";
import { Page } from "../../components/Page";
import { toast } from "../../components/toast";
import { initials } from "../../components/words";
import { useMe } from "../me";
import { Invitations } from "./Invitations";
import { InviteDialog } from "./InviteDialog";
import { RoleMenu } from "./RoleMenu";
import { RolesPanel } from "./RolesPanel";

type Member = components["schemas"]["Member"];
const route = getRouteApi("/shell/team/members");

export function MembersPage() {
  const { t } = useTranslation();
  const { may, person } = useMe();
  const { invite } = route.useSearch();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const mayChange = may("team:write");
  const members = usePages<Member>(["members"], (cursor, signal) =>
    answer(api.GET("/api/v1/team/members", { params: { query: { cursor } }, signal })),
  );

  async function remove(member: Member) {
    await answer(api.DELETE("/api/v1/team/members/{member}", { params: { path: { member: member.id } } }));
    await queries.invalidateQueries({ queryKey: ["members"] });
    toast(t("members.removed", { name: member.name }));
  }

  const columns: Column<Member>[] = [
    {
      header: t("members.name"),
      cell: (member) => (
        <Group gap="sm" wrap="nowrap" miw={0}>
          <Avatar size={28} radius="xl" color="teal" aria-hidden fz={11}>
            {initials(member.name)}
          </Avatar>
          <Stack gap={0} miw={0}>
            <Text size="sm" fw={500}>
              <bdi>{member.name}</bdi> {member.id === person.id && <Badge color="gray">{t("members.you")}</Badge>}
              {member.disabled && <Badge color="orange">{t("members.disabled")}</Badge>}
            </Text>
            <Text size="xs" c="dimmed">
              {member.email}
            </Text>
          </Stack>
        </Group>
      ),
    },
    {
      header: t("members.role"),
      cell: (member) => <RoleMenu member={member} mayChange={mayChange} />,
    },
    {
      header: t("members.second_factor"),
      cell: (member) =>
        member.second_factor ? (
          <Badge leftSection={<ShieldCheck size={12} aria-hidden />}>{t("second_factor.on")}</Badge>
        ) : (
          <Text size="sm" c="dimmed">
            {t("second_factor.off")}
          </Text>
        ),
    },
    { header: t("members.joined"), cell: (member) => <Moment at={member.since} /> },
    {
      header: "",
      hidden: t("table.actions"),
      tight: true,
      end: true,
      cell: (member) =>
        mayChange &&
        member.id !== person.id && (
          <ConfirmButton
            label={t("members.remove")}
            aria-label={t("members.remove_name", { name: member.name })}
            title={t("members.remove_name", { name: member.name })}
            text={t("members.remove_text", { name: member.name })}
            action={t("members.remove")}
            run={() => remove(member)}
          />
        ),
    },
  ];

  return (
    <Page
      title={t("pages.members.title")}
      about={t("pages.members.about")}
      actions={
        mayChange && (
          <Button
            data-create
            leftSection={<UserPlus size={16} />}
            onClick={() => navigate({ to: "/team/members", search: { invite: true } })}
          >
            {t("members.invite")}
          </Button>
        )
      }
    >
      <DataTable
        label={t("pages.members.title")}
        columns={columns}
        pages={members}
        id={(member) => member.id}
        empty={<Empty icon={Users} title={t("members.none")} text={t("members.none_text")} />}
      />
      {mayChange && <Invitations />}
      <RolesPanel />
      <InviteDialog opened={invite === true && mayChange} close={() => navigate({ to: "/team/members", search: {} })} />
    </Page>
  );
}
