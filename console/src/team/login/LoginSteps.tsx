// Logging in: e-mail and password, then the second factor where there is one.

import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Form, useSend } from "../../components/form";
import { Password } from "./fields";

interface Props {
  /** Where it is known who logs in again. */
  email?: string;
  onDone: () => unknown;
}

export function LoginSteps({ email, onDone }: Props) {
  const [second, setSecond] = useState(false);
  return second ? (
    <SecondFactor onDone={onDone} onBack={() => setSecond(false)} />
  ) : (
    <Credentials email={email} onDone={(next) => (next === "second_factor" ? setSecond(true) : onDone())} />
  );
}

function Credentials({ email, onDone }: { email?: string; onDone: (next: string) => unknown }) {
  const { t } = useTranslation();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { email: email ?? "", password: "" },
    validate: {
      email: (value) => (value.trim() ? null : t("fields.email_missing")),
      password: (value) => (value ? null : t("fields.password_missing")),
    },
  });
  const sending = useSend(
    form,
    ({ email, password }) => answer(api.POST("/api/v1/team/sessions", { body: { email: email.trim(), password } })),
    ({ next }) => onDone(next),
  );
  return (
    <Form sending={sending} action={t("login.action")} wide>
      <TextInput
        label={t("fields.email")}
        type="email"
        autoComplete="username"
        readOnly={email !== undefined}
        autoFocus={email === undefined}
        key={form.key("email")}
        {...form.getInputProps("email")}
      />
      <Password autoFocus={email !== undefined} key={form.key("password")} {...form.getInputProps("password")} />
    </Form>
  );
}

export function SecondFactor({ onDone, onBack }: { onDone: () => unknown; onBack: () => void }) {
  const { t } = useTranslation();
  const [recovery, setRecovery] = useState(false);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { code: "" },
    validate: { code: (value) => (value.trim() ? null : t("login.code_missing")) },
  });
  const sending = useSend(
    form,
    ({ code }) => answer(api.POST("/api/v1/team/session/second-factor", { body: { code: code.replace(/\s/g, "") } })),
    onDone,
  );

  function swap() {
    form.reset();
    setRecovery(!recovery);
  }

  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {t(recovery ? "login.recovery_text" : "login.code_text")}
      </Text>
      <Form sending={sending} action={t("login.action")} wide>
        <TextInput
          // Another field, so that focus and the keyboard's layout change with it.
          key={form.key("code") + recovery}
          label={t(recovery ? "login.recovery" : "login.code")}
          autoComplete="one-time-code"
          inputMode={recovery ? "text" : "numeric"}
          autoCapitalize="none"
          spellCheck={false}
          maxLength={40}
          autoFocus
          {...form.getInputProps("code")}
        />
      </Form>
      <Group justify="space-between">
        <Button variant="subtle" size="xs" px={0} onClick={swap}>
          {t(recovery ? "login.use_code" : "login.use_recovery")}
        </Button>
        <Button variant="subtle" color="gray" size="xs" px={0} onClick={onBack}>
          {t("login.back")}
        </Button>
      </Group>
    </Stack>
  );
}
