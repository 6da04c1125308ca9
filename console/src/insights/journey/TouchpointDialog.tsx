// Registering a touchpoint, or changing one.

import { Autocomplete, Modal, Select, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Form, useSend } from "../../components/form";
import { toast } from "../../components/toast";
import { words } from "../../components/words";
import type { Seen, Touchpoint } from "./journey";

const CHANNELS = ["web", "mobile", "email", "sms", "chat", "phone", "social", "review", "store", "device"];

interface Props {
  /** One that is registered, or what is known of one that is not. */
  touchpoint: Touchpoint | Seen | undefined;
  stages: string[];
  close: () => void;
  done: () => unknown;
}

export function TouchpointDialog({ touchpoint, stages, close, done }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={touchpoint !== undefined}
      onClose={close}
      title={t(touchpoint && "id" in touchpoint ? "journey.change" : "journey.register")}
      closeButtonProps={{ "aria-label": t("close") }}
      closeOnClickOutside={false}
    >
      {touchpoint && <Fields touchpoint={touchpoint} stages={stages} close={close} done={done} />}
    </Modal>
  );
}

function Fields({ touchpoint, stages, close, done }: Props & { touchpoint: Touchpoint | Seen }) {
  const { t } = useTranslation();
  const known = "id" in touchpoint ? touchpoint : undefined;
  const form = useForm({
    mode: "uncontrolled",
    initialValues: {
      name: touchpoint.name,
      channel: touchpoint.channel ?? "",
      stage: known?.stage ?? "",
      owner: known?.owner ?? "",
    },
    validate: { name: (value) => (value.trim() ? null : t("fields.name_missing")) },
  });
  const sending = useSend(
    form,
    (values) => {
      const said = (text: string) => text.trim() || undefined;
      const body = {
        name: values.name.trim(),
        channel: said(values.channel),
        stage: said(values.stage ?? ""),
        owner: said(values.owner),
      };
      return answer(
        known
          ? api.PUT("/api/v1/insights/touchpoints/{touchpoint}", { params: { path: { touchpoint: known.id } }, body })
          : api.POST("/api/v1/insights/touchpoints", { body }),
      );
    },
    async (touchpoint) => {
      await done();
      toast(t("journey.kept", touchpoint));
      close();
    },
  );
  return (
    <Form
      sending={sending}
      action={t(known ? "journey.change" : "journey.register")}
      cancel={{ label: t("cancel"), onClick: close }}
    >
      <TextInput
        label={t("journey.name")}
        description={t("journey.name_text")}
        maxLength={100}
        autoComplete="off"
        data-autofocus
        key={form.key("name")}
        {...form.getInputProps("name")}
      />
      <Autocomplete
        label={t("journey.channel")}
        data={CHANNELS}
        maxLength={100}
        key={form.key("channel")}
        {...form.getInputProps("channel")}
      />
      <Select
        label={t("journey.touchpoint_stage")}
        data={[{ value: "", label: t("journey.no_stage") }, ...stages.map((value) => ({ value, label: words(value) }))]}
        allowDeselect={false}
        key={form.key("stage")}
        {...form.getInputProps("stage")}
      />
      <TextInput
        label={t("journey.owner")}
        description={t("journey.owner_text")}
        maxLength={100}
        key={form.key("owner")}
        {...form.getInputProps("owner")}
      />
    </Form>
  );
}
