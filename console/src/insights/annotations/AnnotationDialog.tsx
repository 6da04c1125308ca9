// Annotating a moment, or changing an annotation.

import { Group, Modal, Select, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Form, useSend } from "../../components/form";
import { toast } from "../../components/toast";
import { dayIn, isDay } from "../days";
import { useZone } from "../periods";
import { type Annotation, type AnnotationKind, KINDS } from "./annotations";

interface Props {
  annotation: Annotation | "new" | undefined;
  /** The day that a new one begins with. */
  day: string;
  close: () => void;
  done: () => unknown;
}

export function AnnotationDialog({ annotation, day, close, done }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={annotation !== undefined}
      onClose={close}
      title={t(annotation === "new" ? "annotations.add" : "annotations.change")}
      closeButtonProps={{ "aria-label": t("close") }}
      closeOnClickOutside={false}
    >
      {annotation && (
        <Fields known={annotation === "new" ? undefined : annotation} day={day} close={close} done={done} />
      )}
    </Modal>
  );
}

interface FieldsProps {
  known: Annotation | undefined;
  day: string;
  close: () => void;
  done: () => unknown;
}

function Fields({ known, day, close, done }: FieldsProps) {
  const { t } = useTranslation();
  const zone = useZone();
  const at = known && new Date(known.at);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: {
      title: known?.title ?? "",
      kind: (known?.kind ?? "release") as AnnotationKind,
      at: at ? dayIn(zone, at) : day,
      time: at ? timeIn(zone, at) : "",
    },
    validate: {
      title: (value) => (value.trim() ? null : t("annotations.title_missing")),
      at: (value) => (isDay(value) ? null : t("annotations.day_missing")),
    },
  });
  const sending = useSend(
    form,
    (values) => {
      const body = {
        title: values.title.trim(),
        kind: values.kind,
        at: values.time ? `${values.at}T${values.time}:00` : values.at,
      };
      return answer(
        known
          ? api.PUT("/api/v1/insights/annotations/{annotation}", { params: { path: { annotation: known.id } }, body })
          : api.POST("/api/v1/insights/annotations", { body }),
      );
    },
    async () => {
      await done();
      toast(t("annotations.kept"));
      close();
    },
  );
  return (
    <Form
      sending={sending}
      action={t(known ? "annotations.change" : "annotations.add")}
      cancel={{ label: t("cancel"), onClick: close }}
    >
      <TextInput
        label={t("annotations.name")}
        maxLength={100}
        data-autofocus
        key={form.key("title")}
        {...form.getInputProps("title")}
      />
      <Select
        label={t("annotations.kind")}
        allowDeselect={false}
        data={KINDS.map((value) => ({ value, label: t(`annotations.kinds.${value}`) }))}
        key={form.key("kind")}
        {...form.getInputProps("kind")}
      />
      <Group grow align="flex-start">
        <TextInput type="date" label={t("annotations.day")} key={form.key("at")} {...form.getInputProps("at")} />
        <TextInput type="time" label={t("annotations.time")} key={form.key("time")} {...form.getInputProps("time")} />
      </Group>
    </Form>
  );
}

/** `08:30`; nothing at midnight, which is what a whole day begins with. */
function timeIn(zone: string, at: Date): string {
  const time = at.toLocaleTimeString("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
  return time === "00:00" ? "" : time;
}
