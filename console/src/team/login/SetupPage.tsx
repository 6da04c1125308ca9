// The first person of a new installation, let in by the link that the server printed.

import { TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Form, useSend } from "../../components/form";
import { Door } from "./Door";
import { Password, tokenOfLink, usePasswordRule } from "./fields";

export function SetupPage() {
  const { t } = useTranslation();
  const router = useRouter();
  const [token] = useState(tokenOfLink);
  const rule = usePasswordRule();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: "", email: "", password: "" },
    validate: {
      name: (value) => (value.trim() ? null : t("fields.name_missing")),
      email: (value) => (value.trim() ? null : t("fields.email_missing")),
      password: rule,
    },
  });
  const sending = useSend(
    form,
    (values) => answer(api.POST("/api/v1/team/setup", { body: { token, ...values, email: values.email.trim() } })),
    () => router.navigate({ to: "/", replace: true }),
  );

  if (!token) return <Door title={t("setup.no_token")} text={t("setup.no_token_text")} />;
  return (
    <Door title={t("setup.title")} text={t("setup.text")}>
      <Form sending={sending} action={t("setup.action")} wide>
        <TextInput
          label={t("fields.your_name")}
          autoComplete="name"
          autoFocus
          maxLength={100}
          key={form.key("name")}
          {...form.getInputProps("name")}
        />
        <TextInput
          label={t("fields.email")}
          description={t("setup.email_text")}
          type="email"
          autoComplete="username"
          key={form.key("email")}
          {...form.getInputProps("email")}
        />
        <Password fresh key={form.key("password")} {...form.getInputProps("password")} />
      </Form>
    </Door>
  );
}
