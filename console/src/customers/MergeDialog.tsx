// Two numbers that are one person, by somebody's decision.

import { Modal, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { answer, api } from "../api/client";
import { Form, useSend } from "../components/form";
import { toast } from "../components/toast";
import type { Customer } from "./words";

interface Props {
  customer: Customer;
  opened: boolean;
  close: () => void;
  done: () => unknown;
}

export function MergeDialog({ customer, opened, close, done }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t("customers.merges.merge")}
      closeButtonProps={{ "aria-label": t("close") }}
      closeOnClickOutside={false}
    >
      {opened && <Fields customer={customer} close={close} done={done} />}
    </Modal>
  );
}

function Fields({ customer, close, done }: Omit<Props, "opened">) {
  const { t } = useTranslation();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { customer: "", reason: "" },
    validate: {
      customer: (value) => (/^\d{1,18}$/.test(value.trim()) ? null : t("customers.merges.other_missing")),
      reason: (value) => (value.trim() ? null : t("customers.merges.reason_missing")),
    },
  });
  const sending = useSend(
    form,
    (values) =>
      answer(
        api.POST("/api/v1/customers/merges", {
          body: { customer: values.customer.trim(), into: customer.id, reason: values.reason.trim() },
        }),
      ),
    async () => {
      await done();
      toast(t("customers.merges.merged"));
      close();
    },
  );
  return (
    <Form sending={sending} action={t("customers.merges.merge")} cancel={{ label: t("cancel"), onClick: close }}>
      <TextInput
        label={t("customers.merges.other")}
        description={t("customers.merges.merge_text")}
        inputMode="numeric"
        autoComplete="off"
        data-autofocus
        key={form.key("customer")}
        {...form.getInputProps("customer")}
      />
      <Textarea
        label={t("customers.merges.reason")}
        description={t("customers.merges.reason_text")}
        maxLength={500}
        autosize
        minRows={2}
        key={form.key("reason")}
        {...form.getInputProps("reason")}
      />
    </Form>
  );
}
