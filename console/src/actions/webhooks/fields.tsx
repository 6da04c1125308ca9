// The fields of a webhook, the same for making and for changing one.

import { Checkbox, TagsInput, Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { KINDS } from "./kinds";

export interface WebhookValues extends Record<string, unknown> {
  url: string;
  description: string;
  kinds: string[];
  filter: string;
  thin: boolean;
}

export function WebhookFields({ form, fresh }: { form: UseFormReturnType<WebhookValues>; fresh?: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <TextInput
        label={t("webhooks.url")}
        description={t("webhooks.url_text")}
        placeholder="https://example.com/hooks/harken"
        type="url"
        inputMode="url"
        autoComplete="off"
        maxLength={2000}
        data-autofocus={fresh || undefined}
        key={form.key("url")}
        {...form.getInputProps("url")}
      />
      <TextInput
        label={t("webhooks.description")}
        description={t("webhooks.description_text")}
        maxLength={200}
        key={form.key("description")}
        {...form.getInputProps("description")}
      />
      <TagsInput
        label={t("webhooks.kinds")}
        description={t("webhooks.kinds_text")}
        placeholder={t("webhooks.all_kinds")}
        data={KINDS}
        clearable
        clearButtonProps={{ "aria-label": t("webhooks.clear_kinds") }}
        maxTags={50}
        acceptValueOnBlur
        key={form.key("kinds")}
        {...form.getInputProps("kinds")}
      />
      <Textarea
        label={t("webhooks.filter")}
        description={t("webhooks.filter_text")}
        placeholder="scale = 'nps' and score <= 6"
        autosize
        minRows={1}
        maxRows={6}
        maxLength={4000}
        spellCheck={false}
        key={form.key("filter")}
        {...form.getInputProps("filter")}
      />
      <Checkbox
        label={t("webhooks.thin")}
        description={t("webhooks.thin_text")}
        key={form.key("thin")}
        {...form.getInputProps("thin", { type: "checkbox" })}
      />
    </>
  );
}

export function useUrlRule() {
  const { t } = useTranslation();
  return (value: string) => (/^https?:\/\/\S+/.test(value.trim()) ? null : t("webhooks.url_wrong"));
}
