// Saving a question under a name, and changing name and readers of one that is saved.

import { Checkbox, Modal, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Form, useSend } from "../../components/form";
import { toast } from "../../components/toast";
import { type AskedQuestion, type Question, useRefreshQuestions } from "./questions";

interface Props {
  /** What is to be saved under a new name; or the question that is to be changed. */
  what: AskedQuestion | Question | undefined;
  /** The name that a new one begins with. */
  suggestion: string;
  close: () => void;
  done?: (question: Question) => void;
}

const isSaved = (what: AskedQuestion | Question): what is Question => "id" in what;

export function SaveDialog({ what, suggestion, close, done }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={what !== undefined}
      onClose={close}
      title={t(what && isSaved(what) ? "questions.change" : "questions.save")}
      closeButtonProps={{ "aria-label": t("close") }}
      closeOnClickOutside={false}
    >
      {what && <Fields what={what} suggestion={suggestion} close={close} done={done} />}
    </Modal>
  );
}

function Fields({ what, suggestion, close, done }: Props & { what: AskedQuestion | Question }) {
  const { t } = useTranslation();
  const refresh = useRefreshQuestions();
  const known = isSaved(what) ? what : undefined;
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: known?.name ?? suggestion.slice(0, 100), shared: known?.shared ?? false },
    validate: { name: (value) => (value.trim() ? null : t("fields.name_missing")) },
  });
  const sending = useSend(
    form,
    ({ name, shared }) =>
      answer(
        isSaved(what)
          ? api.PATCH("/api/v1/insights/questions/{question}", {
              params: { path: { question: what.id } },
              body: { name: name.trim(), ...(shared !== what.shared && { shared }) },
            })
          : api.POST("/api/v1/insights/questions", { body: { name: name.trim(), shared, asked: what } }),
      ),
    async (question) => {
      await refresh();
      toast(t("questions.kept", question));
      close();
      done?.(question);
    },
  );
  return (
    <Form
      sending={sending}
      action={t(known ? "questions.change" : "questions.save")}
      cancel={{ label: t("cancel"), onClick: close }}
    >
      <TextInput
        label={t("fields.name")}
        maxLength={100}
        data-autofocus
        key={form.key("name")}
        {...form.getInputProps("name")}
      />
      <Checkbox
        label={t("questions.share")}
        description={t(known && !known.mine ? "questions.not_mine" : "questions.share_text")}
        disabled={known !== undefined && !known.mine}
        key={form.key("shared")}
        {...form.getInputProps("shared", { type: "checkbox" })}
      />
    </Form>
  );
}
