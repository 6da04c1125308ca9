// What others call this person.

import { TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Form, useSend } from "../../components/form";
import { Panel } from "../../components/Panel";
import { toast } from "../../components/toast";
import { meQuery, useMe } from "../me";

export function Profile() {
  const { t } = useTranslation();
  const { person } = useMe();
  const queries = useQueryClient();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: person.name },
    validate: { name: (value) => (value.trim() ? null : t("fields.name_missing")) },
  });
  const sending = useSend(
    form,
    (values) => answer(api.PATCH("/api/v1/team/me", { body: values })),
    async () => {
      await queries.invalidateQueries({ queryKey: meQuery.queryKey });
      toast(t("saved"));
    },
  );
  return (
    <Panel title={t("account.profile")} about={t("account.profile_text")}>
      <Form sending={sending} action={t("account.save_profile")}>
        <TextInput
          label={t("fields.your_name")}
          autoComplete="name"
          maxLength={100}
          key={form.key("name")}
          {...form.getInputProps("name")}
        />
      </Form>
    </Panel>
  );
}
