// Whether a webhook is told anything, in a word and a colour.

import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema";

export function WebhookState({ webhook }: { webhook: components["schemas"]["Webhook"] }) {
  const { t } = useTranslation();
  return webhook.disabled_at ? (
    <Badge color="gray">{t("webhooks.disabled")}</Badge>
  ) : (
    <Badge>{t("webhooks.enabled")}</Badge>
  );
}
