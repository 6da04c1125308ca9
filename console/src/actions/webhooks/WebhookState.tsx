// Whether a webhook is told anything, in a word and a colour.

import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema";

export function WebhookState({ webhook }: { webhook: components["schemas"]["Webhook"] }) {
  const { t } = useTranslation();
  if (webhook.state === "disabled") return <Badge color="gray">{t("webhooks.disabled")}</Badge>;
  if (webhook.failing_since) return <Badge color="orange">{t("webhooks.failing")}</Badge>;
  return <Badge>{t("webhooks.enabled")}</Badge>;
}
