// A new webhook; its secret is shown, since the receiver must know it before the first delivery comes.

import { Button, Group, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import type { components } from "../../api/schema";
import { Copyable, Snippets } from "../../components/Copyable";
import { CreateDialog } from "../../components/CreateDialog";
import { Form, useSend } from "../../components/form";
import { useUrlRule, WebhookFields, type WebhookValues } from "./fields";
import { verifying } from "./snippets";

type NewWebhook = components["schemas"]["WebhookWithSecret"];

export function CreateWebhook({ opened, close }: { opened: boolean; close: () => void }) {
  const { t } = useTranslation();
  return (
    <CreateDialog<NewWebhook>
      opened={opened}
      close={close}
      titles={[t("webhooks.create"), t("webhooks.made")]}
      form={(onMade) => <WebhookForm onMade={onMade} close={close} />}
      made={(made, leave) => <Made made={made} close={leave} />}
    />
  );
}

function WebhookForm({ onMade, close }: { onMade: (webhook: NewWebhook) => void; close: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const form = useForm<WebhookValues>({
    mode: "uncontrolled",
    initialValues: { url: "", description: "", kinds: [], filter: "", thin: false },
    validate: { url: useUrlRule() },
  });
  const sending = useSend(
    form,
    (values) => answer(api.POST("/api/v1/actions/webhooks", { body: { ...values, url: values.url.trim() } })),
    async (made) => {
      onMade(made);
      await queries.invalidateQueries({ queryKey: ["webhooks"] });
    },
  );
  return (
    <Form sending={sending} action={t("webhooks.create")} cancel={{ label: t("cancel"), onClick: close }}>
      <WebhookFields form={form} fresh />
    </Form>
  );
}

function Made({ made, close }: { made: NewWebhook; close: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <Stack>
      <Text size="sm">{t("webhooks.made_text")}</Text>
      <Copyable text={made.secret} label={t("webhooks.secret")} />
      <Snippets snippets={verifying(made.secret)} />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={close}>
          {t("done")}
        </Button>
        <Button onClick={() => navigate({ to: "/actions/webhooks/$webhook", params: { webhook: made.id } })}>
          {t("webhooks.open")}
        </Button>
      </Group>
    </Stack>
  );
}
