// Another address to log in with; it counts once its owner has followed a link.

import { TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Form, useSend } from "../../components/form";
import { Panel } from "../../components/Panel";
import { toast } from "../../components/toast";
import { Password } from "../login/fields";
import { useMe } from "../me";

export function ChangeEmail() {
  const { t } = useTranslation();
  const { person } = useMe();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { email: "", password: "" },
    validate: {
      email: (value) => (value.trim() ? null : t("fields.email_missing")),
      password: (value) => (value ? null : t("fields.password_missing")),
    },
  });
  const sending = useSend(
    form,
    ({ email, password }) =>
      answer(api.POST("/api/v1/team/email-changes", { body: { email: email.trim(), password } })),
    (_, { email }) => {
      form.reset();
      toast(t("account.email_sent", { email: email.trim() }));
    },
  );
  return (
    <Panel title={t("account.email")} about={t("account.email_text", { email: person.email })}>
      <Form sending={sending} action={t("account.change_email")}>
        <TextInput
          label={t("account.new_email")}
          type="email"
          autoComplete="email"
          key={form.key("email")}
          {...form.getInputProps("email")}
        />
        <Password label={t("fields.current_password")} key={form.key("password")} {...form.getInputProps("password")} />
      </Form>
    </Panel>
  );
}
