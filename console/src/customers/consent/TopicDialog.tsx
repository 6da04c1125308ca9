// Making a topic, or changing one.

import { Checkbox, Group, Modal, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Choice } from "../../components/Choice";
import { Form, useSend } from "../../components/form";
import { toast } from "../../components/toast";
import { BASES, type Basis, CHANNELS, type Channel, idOf, type Topic } from "./consent";

interface Props {
  topic: Topic | "new" | undefined;
  close: () => void;
  done: () => unknown;
}

export function TopicDialog({ topic, close, done }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={topic !== undefined}
      onClose={close}
      title={t(topic === "new" ? "consent.make" : "consent.change")}
      closeButtonProps={{ "aria-label": t("close") }}
      closeOnClickOutside={false}
    >
      {topic && <Fields topic={topic === "new" ? undefined : topic} close={close} done={done} />}
    </Modal>
  );
}

function Fields({ topic, close, done }: Omit<Props, "topic"> & { topic: Topic | undefined }) {
  const { t } = useTranslation();
  const form = useForm({
    mode: "controlled",
    initialValues: {
      name: topic?.name ?? "",
      id: topic?.id ?? "",
      description: topic?.description ?? "",
      channels: topic?.channels ?? (["email"] as Channel[]),
      basis: topic?.basis ?? ("opt_in" as Basis),
    },
    validate: {
      name: (value) => (value.trim() ? null : t("fields.name_missing")),
      id: (value) => (/^[a-z0-9_-]{1,60}$/.test(value) ? null : t("consent.id_wrong")),
      channels: (value) => (value.length > 0 ? null : t("consent.channels_missing")),
    },
  });
  const sending = useSend(
    form,
    ({ id, ...values }) => {
      const body = { ...values, name: values.name.trim(), description: values.description.trim() };
      return answer(
        topic
          ? api.PUT("/api/v1/customers/topics/{topic}", { params: { path: { topic: topic.id } }, body })
          : api.POST("/api/v1/customers/topics", { body: { id, ...body } }),
      );
    },
    async (topic) => {
      await done();
      toast(t("consent.kept", topic));
      close();
    },
  );
  const name = form.getInputProps("name");
  return (
    <Form
      sending={sending}
      action={t(topic ? "consent.change" : "consent.make")}
      cancel={{ label: t("cancel"), onClick: close }}
    >
      <TextInput
        label={t("consent.name")}
        description={t("consent.name_text")}
        maxLength={100}
        autoComplete="off"
        data-autofocus
        {...name}
        onChange={(event) => {
          // The id follows the name until somebody has typed one.
          if (!topic && form.values.id === idOf(form.values.name)) {
            form.setFieldValue("id", idOf(event.currentTarget.value));
          }
          name.onChange(event);
        }}
      />
      <TextInput
        label={t("consent.id")}
        description={t("consent.id_text")}
        maxLength={60}
        autoComplete="off"
        disabled={Boolean(topic)}
        {...form.getInputProps("id")}
      />
      <Textarea
        label={t("consent.description")}
        description={t("consent.description_text")}
        maxLength={500}
        autosize
        minRows={2}
        {...form.getInputProps("description")}
      />
      <Checkbox.Group label={t("consent.channels")} {...form.getInputProps("channels")}>
        <Group gap="md" mt={4}>
          {CHANNELS.map((channel) => (
            <Checkbox key={channel} value={channel} label={t(`consent.channel.${channel}`)} />
          ))}
        </Group>
      </Checkbox.Group>
      <Choice
        label={t("consent.basis")}
        options={BASES.map((value) => ({
          value,
          label: t(`consent.bases.${value}`),
          text: t(`consent.bases.${value}_text`),
        }))}
        {...form.getInputProps("basis")}
      />
    </Form>
  );
}
