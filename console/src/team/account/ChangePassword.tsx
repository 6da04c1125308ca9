// A new password; every other session ends with it.

import { useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Form, useSend } from "../../components/form";
import { Panel } from "../../components/Panel";
import { toast } from "../../components/toast";
import { Password, usePasswordRule } from "../login/fields";

export function ChangePassword() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const rule = usePasswordRule();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { password: "", new_password: "" },
    validate: { password: (value) => (value ? null : t("fields.password_missing")), new_password: rule },
  });
  const sending = useSend(
    form,
    (values) => answer(api.PUT("/api/v1/team/password", { body: values })),
    async () => {
      form.reset();
      toast(t("account.password_changed"));
      await queries.invalidateQueries({ queryKey: ["sessions"] });
    },
  );
  return (
    <Panel title={t("account.password")} about={t("account.password_text")}>
      <Form sending={sending} action={t("account.change_password")}>
        <Password label={t("fields.current_password")} key={form.key("password")} {...form.getInputProps("password")} />
        <Password
          fresh
          label={t("fields.new_password")}
          key={form.key("new_password")}
          {...form.getInputProps("new_password")}
        />
      </Form>
    </Panel>
  );
}
