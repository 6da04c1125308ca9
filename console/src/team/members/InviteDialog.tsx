// Inviting somebody by mail.

import { Modal, Radio, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Form, useSend } from "../../components/form";
import { toast } from "../../components/toast";
import { useMe } from "../me";
import { ROLES, type Role } from "../roles";

export function InviteDialog({ opened, close }: { opened: boolean; close: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t("members.invite")}
      closeButtonProps={{ "aria-label": t("close") }}
      closeOnClickOutside={false}
    >
      <InviteForm close={close} />
    </Modal>
  );
}

function InviteForm({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const { here } = useMe();
  const queries = useQueryClient();
  const form = useForm<{ email: string; role: Role }>({
    mode: "uncontrolled",
    initialValues: { email: "", role: "viewer" },
    validate: { email: (value) => (value.trim() ? null : t("fields.email_missing")) },
  });
  const sending = useSend(
    form,
    ({ email, role }) => answer(api.POST("/api/v1/team/invitations", { body: { email: email.trim(), role } })),
    async (_, { email }) => {
      toast(t("members.invitation_sent", { email: email.trim() }));
      close();
      await queries.invalidateQueries({ queryKey: ["invitations"] });
    },
  );
  const roles = ROLES.filter((role) => role !== "owner" || here?.role === "owner");
  return (
    <Form sending={sending} action={t("members.send")} cancel={{ label: t("cancel"), onClick: close }}>
      <TextInput
        label={t("fields.email")}
        description={t("members.invite_text")}
        type="email"
        autoComplete="off"
        data-autofocus
        key={form.key("email")}
        {...form.getInputProps("email")}
      />
      <Radio.Group label={t("members.role")} key={form.key("role")} {...form.getInputProps("role")}>
        <Stack gap="xs" mt={4}>
          {roles.map((role) => (
            <Radio key={role} value={role} label={t(`roles.${role}.name`)} description={t(`roles.${role}.may`)} />
          ))}
        </Stack>
      </Radio.Group>
    </Form>
  );
}
