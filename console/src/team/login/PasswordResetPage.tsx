// A forgotten password: asking for a link, and choosing a new password with it.

import { Anchor, Button, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Form, useSend } from "../../components/form";
import { Door } from "./Door";
import { Password, tokenOfLink, usePasswordRule } from "./fields";

export function PasswordResetPage() {
  const [token] = useState(tokenOfLink);
  return token ? <Choose token={token} /> : <Ask />;
}

function Ask() {
  const { t } = useTranslation();
  const [sentTo, setSentTo] = useState<string>();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { email: "" },
    validate: { email: (value) => (value.trim() ? null : t("fields.email_missing")) },
  });
  const sending = useSend(
    form,
    ({ email }) => answer(api.POST("/api/v1/team/password-resets", { body: { email: email.trim() } })),
    (_, { email }) => setSentTo(email.trim()),
  );

  const back = (
    <Anchor component={Link} to="/login" size="sm">
      {t("reset.back")}
    </Anchor>
  );
  if (sentTo) {
    return (
      <Door title={t("reset.sent")} text={t("reset.sent_text", { email: sentTo })}>
        {back}
      </Door>
    );
  }
  return (
    <Door title={t("reset.title")} text={t("reset.text")}>
      <Form sending={sending} action={t("reset.action")} wide>
        <TextInput
          label={t("fields.email")}
          type="email"
          autoComplete="username"
          autoFocus
          key={form.key("email")}
          {...form.getInputProps("email")}
        />
      </Form>
      {back}
    </Door>
  );
}

function Choose({ token }: { token: string }) {
  const { t } = useTranslation();
  const [done, setDone] = useState(false);
  const rule = usePasswordRule();
  const form = useForm({ mode: "uncontrolled", initialValues: { password: "" }, validate: { password: rule } });
  const sending = useSend(
    form,
    ({ password }) => answer(api.POST("/api/v1/team/password-resets/acceptance", { body: { token, password } })),
    () => setDone(true),
  );

  if (done) {
    return (
      <Door title={t("reset.done")} text={t("reset.done_text")}>
        <Button component={Link} to="/login">
          {t("login.action")}
        </Button>
      </Door>
    );
  }
  return (
    <Door title={t("reset.choose")} text={t("reset.choose_text")}>
      <Form sending={sending} action={t("reset.choose_action")} wide>
        <Password
          fresh
          label={t("fields.new_password")}
          autoFocus
          key={form.key("password")}
          {...form.getInputProps("password")}
        />
      </Form>
    </Door>
  );
}
