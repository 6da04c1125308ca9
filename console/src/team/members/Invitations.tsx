// Invitations that nobody has accepted yet.

import { Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { MailPlus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { usePages } from "../../api/queries";
import type { components } from "../../api/schema";
import { ConfirmButton } from "../../components/ConfirmButton";
import { type Column, DataTable } from "../../components/DataTable";
import { Empty } from "../../components/Empty";
import { Moment } from "../../components/Moment";
import { Section } from "../../components/Section";
import { toast } from "../../components/toast";

type Invitation = components["schemas"]["Invitation"];

export function Invitations() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const invitations = usePages<Invitation>(["invitations"], (_, signal) =>
    answer(api.GET("/api/v1/team/invitations", { signal })),
  );

  async function revoke(invitation: Invitation) {
    await answer(
      api.DELETE("/api/v1/team/invitations/{invitation}", { params: { path: { invitation: invitation.id } } }),
    );
    await queries.invalidateQueries({ queryKey: ["invitations"] });
    toast(t("members.revoked", { email: invitation.email }));
  }

  const columns: Column<Invitation>[] = [
    { header: t("fields.email"), cell: (invitation) => <Text size="sm">{invitation.email}</Text> },
    { header: t("members.role"), cell: (invitation) => t(`roles.${invitation.role}.name`) },
    { header: t("members.invited"), cell: (invitation) => <Moment at={invitation.created_at} /> },
    { header: t("members.expires"), cell: (invitation) => <Moment at={invitation.expires_at} /> },
    {
      header: "",
      hidden: t("table.actions"),
      tight: true,
      end: true,
      cell: (invitation) => (
        <ConfirmButton
          label={t("members.revoke")}
          aria-label={t("members.revoke_of", { email: invitation.email })}
          title={t("members.revoke_title")}
          text={t("members.revoke_text", { email: invitation.email })}
          action={t("members.revoke_title")}
          run={() => revoke(invitation)}
        />
      ),
    },
  ];

  return (
    <Section title={t("members.invitations")}>
      <DataTable
        label={t("members.invitations")}
        columns={columns}
        pages={invitations}
        id={(invitation) => invitation.id}
        empty={<Empty icon={MailPlus} title={t("members.no_invitations")} text={t("members.no_invitations_text")} />}
      />
    </Section>
  );
}
