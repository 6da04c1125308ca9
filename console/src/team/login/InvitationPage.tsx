// Accepting an invitation, from the link in its mail.

import { TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Form, useSend } from "../../components/form";
import { Door } from "./Door";
import { Password, tokenOfLink, usePasswordRule } from "./fields";

export function InvitationPage() {
  const { t } = useTranslation();
  const router = useRouter();
  const [token] = useState(tokenOfLink);
  const rule = usePasswordRule();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: "", password: "" },
    validate: { name: (value) => (value.trim() ? null : t("fields.name_missing")), password: rule },
  });
  const sending = useSend(
    form,
    (values) => answer(api.POST("/api/v1/team/invitations/acceptance", { body: { token, ...values } })),
    () => router.navigate({ to: "/", replace: true }),
  );

  if (!token) return <Door title={t("invitation.no_token")} text={t("invitation.no_token_text")} />;
  return (
    <Door title={t("invitation.title")} text={t("invitation.text")}>
      <Form sending={sending} action={t("invitation.action")} wide>
        <TextInput
          label={t("fields.your_name")}
          autoComplete="name"
          autoFocus
          maxLength={100}
          key={form.key("name")}
          {...form.getInputProps("name")}
        />
        <Password fresh key={form.key("password")} {...form.getInputProps("password")} />
      </Form>
    </Door>
  );
}
