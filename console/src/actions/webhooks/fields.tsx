// The fields of a webhook, the same for making and for changing one.

import { MultiSelect, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { EVENTS } from "./events";

export interface WebhookValues extends Record<string, unknown> {
  url: string;
  description: string;
  events: string[];
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
        maxLength={200}
        key={form.key("description")}
        {...form.getInputProps("description")}
      />
      <MultiSelect
        label={t("webhooks.events")}
        description={t("webhooks.events_text")}
        placeholder={t("webhooks.all_events")}
        data={[...EVENTS]}
        searchable
        clearable
        clearButtonProps={{ "aria-label": t("webhooks.clear_events") }}
        nothingFoundMessage={t("nothing_found")}
        key={form.key("events")}
        {...form.getInputProps("events")}
      />
    </>
  );
}

export function useUrlRule() {
  const { t } = useTranslation();
  return (value: string) => (/^https?:\/\/\S+/.test(value.trim()) ? null : t("webhooks.url_wrong"));
}
