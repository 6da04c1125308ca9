// Writing down what a customer has said, with how and why.

import { Modal, Select, Text, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Choice } from "../../components/Choice";
import { Form, useSend } from "../../components/form";
import { toast } from "../../components/toast";
import type { Channel, Topic } from "./consent";

interface Props {
  customer: string;
  topics: Topic[];
  opened: boolean;
  close: () => void;
  done: () => unknown;
}

export function ConsentDialog({ opened, close, ...rest }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t("consent.record_title")}
      closeButtonProps={{ "aria-label": t("close") }}
      closeOnClickOutside={false}
    >
      {opened && <Fields close={close} {...rest} />}
    </Modal>
  );
}

function Fields({ customer, topics, close, done }: Omit<Props, "opened">) {
  const { t } = useTranslation();
  const refusable = topics.filter(({ basis }) => basis !== "transactional");
  const form = useForm({
    mode: "controlled",
    initialValues: {
      topic: refusable[0]?.id ?? "",
      channel: "",
      act: "withdrawn" as "granted" | "withdrawn",
      source: "",
      wording: "",
      note: "",
    },
    validate: { source: (value) => (value.trim() ? null : t("consent.how_missing")) },
  });
  const { topic, channel, act } = form.values;
  const channels = refusable.find(({ id }) => id === topic)?.channels ?? [];
  const sending = useSend(
    form,
    (values) =>
      answer(
        api.POST("/api/v1/customers/{customer}/consents", {
          params: { path: { customer } },
          body: {
            topic: values.topic || undefined,
            channel: (values.channel || undefined) as Channel | undefined,
            act: values.act,
            source: values.source.trim(),
            wording: (values.act === "granted" && values.wording.trim()) || undefined,
            note: values.note.trim() || undefined,
          },
        }),
      ),
    async () => {
      await done();
      toast(t("consent.recorded"));
      close();
    },
  );
  return (
    <Form sending={sending} action={t("consent.record")} cancel={{ label: t("cancel"), onClick: close }}>
      <Text size="sm">{t("consent.record_text")}</Text>
      <Select
        label={t("consent.about")}
        data={[
          ...refusable.map(({ id, name }) => ({ value: id, label: name })),
          { value: "", label: t("consent.everything") },
        ]}
        allowDeselect={false}
        {...form.getInputProps("topic")}
        onChange={(value) => {
          // Nobody agrees to everything at once.
          form.setValues({ topic: value ?? "", channel: "", ...(value ? {} : { act: "withdrawn" }) });
        }}
      />
      {channels.length > 1 && (
        <Select
          label={t("consent.on")}
          data={[
            { value: "", label: t("consent.every_channel") },
            ...channels.map((value) => ({ value, label: t(`consent.channel.${value}`) })),
          ]}
          allowDeselect={false}
          value={channel}
          onChange={(value) => form.setFieldValue("channel", value ?? "")}
        />
      )}
      <Choice
        label={t("consent.said")}
        options={[
          ...(topic ? [{ value: "granted", label: t("consent.yes"), text: t("consent.yes_text") }] : []),
          { value: "withdrawn", label: t("consent.no"), text: t("consent.no_text") },
        ]}
        {...form.getInputProps("act")}
      />
      <TextInput
        label={t("consent.how")}
        description={t("consent.how_text")}
        maxLength={100}
        {...form.getInputProps("source")}
      />
      {act === "granted" && (
        <Textarea
          label={t("consent.wording")}
          maxLength={2000}
          autosize
          minRows={2}
          {...form.getInputProps("wording")}
        />
      )}
      <Textarea label={t("consent.note")} maxLength={500} autosize minRows={2} {...form.getInputProps("note")} />
    </Form>
  );
}
