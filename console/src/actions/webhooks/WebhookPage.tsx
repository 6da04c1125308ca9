// One webhook: where it goes, what it tells, whether it arrived.

import { Alert, Badge, Button, Code, Group, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { CircleAlert, Send } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import type { components } from "../../api/schema";
import { ConfirmButton } from "../../components/ConfirmButton";
import { Copyable } from "../../components/Copyable";
import { Failure } from "../../components/Failure";
import { Form, useSend } from "../../components/form";
import { Moment } from "../../components/Moment";
import { Page } from "../../components/Page";
import { Panel } from "../../components/Panel";
import { toast } from "../../components/toast";
import { sentence } from "../../components/words";
import { useMe } from "../../team/me";
import { Deliveries } from "./Deliveries";
import { useUrlRule, WebhookFields, type WebhookValues } from "./fields";
import { WebhookState } from "./WebhookState";

type Webhook = components["schemas"]["Webhook"];
const route = getRouteApi("/shell/actions/webhooks/$webhook");

export function WebhookPage() {
  const { t } = useTranslation();
  const { may } = useMe();
  const { webhook: id } = route.useParams();
  const path = { webhook: id };
  const queries = useQueryClient();
  const navigate = useNavigate();
  const mayChange = may("actions:write");
  const [failure, setFailure] = useState<unknown>();
  const { data: webhook } = useSuspenseQuery({
    queryKey: ["webhooks", id],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/actions/webhooks/{webhook}", { params: { path }, signal })),
  });
  const again = () => queries.invalidateQueries({ queryKey: ["webhooks"] });

  async function test() {
    setFailure(undefined);
    try {
      await answer(api.POST("/api/v1/actions/webhooks/{webhook}/tests", { params: { path } }));
      toast(t("webhooks.test_sent"));
      await again();
    } catch (error) {
      setFailure(error);
    }
  }

  async function switchTo(state: Webhook["state"]) {
    await answer(api.PATCH("/api/v1/actions/webhooks/{webhook}", { params: { path }, body: { state } }));
    await again();
    toast(t(state === "disabled" ? "webhooks.was_disabled" : "webhooks.was_enabled"));
  }

  async function remove() {
    await answer(api.DELETE("/api/v1/actions/webhooks/{webhook}", { params: { path } }));
    await navigate({ to: "/actions/webhooks", search: {} });
    queries.removeQueries({ queryKey: ["webhooks", id] });
    await again();
    toast(t("webhooks.removed"));
  }

  return (
    <Page
      title={webhook.description || webhook.url}
      about={
        <>
          <WebhookState webhook={webhook} /> {webhook.description && <span>{webhook.url}</span>}
        </>
      }
      actions={
        mayChange && (
          <>
            <Button variant="default" leftSection={<Send size={15} />} onClick={test}>
              {t("webhooks.test")}
            </Button>
            {webhook.state === "disabled" ? (
              <Button onClick={() => switchTo("enabled").catch(setFailure)}>{t("webhooks.enable")}</Button>
            ) : (
              <ConfirmButton
                size="sm"
                label={t("webhooks.disable")}
                title={t("webhooks.disable")}
                text={t("webhooks.disable_text")}
                action={t("webhooks.disable")}
                run={() => switchTo("disabled")}
              />
            )}
            <ConfirmButton
              size="sm"
              label={t("webhooks.remove")}
              title={t("webhooks.remove")}
              text={t("webhooks.remove_text")}
              action={t("webhooks.remove")}
              run={remove}
            />
          </>
        )
      }
    >
      {Boolean(failure) && <Failure error={failure} />}
      {webhook.state === "disabled" && webhook.disabled_because && (
        <Alert color="orange" icon={<CircleAlert size={18} />} title={t("webhooks.given_up")}>
          {sentence(webhook.disabled_because)}
        </Alert>
      )}
      {webhook.state === "enabled" && webhook.failing_since && (
        <Alert color="orange" icon={<CircleAlert size={18} />} title={t("webhooks.failing")}>
          {t("webhooks.failing_text")} <Moment at={webhook.failing_since} />.
        </Alert>
      )}
      <Deliveries webhook={webhook} mayChange={mayChange} />
      <Change webhook={webhook} mayChange={mayChange} onChanged={again} />
      {mayChange && <Secret webhook={webhook} />}
    </Page>
  );
}

function Change(props: { webhook: Webhook; mayChange: boolean; onChanged: () => Promise<unknown> }) {
  const { t } = useTranslation();
  const { webhook, mayChange } = props;
  const form = useForm<WebhookValues>({
    mode: "uncontrolled",
    initialValues: {
      url: webhook.url,
      description: webhook.description,
      kinds: webhook.kinds,
      filter: webhook.filter ?? "",
      thin: webhook.thin,
    },
    validate: { url: useUrlRule() },
  });
  const sending = useSend(
    form,
    (values) =>
      answer(
        api.PATCH("/api/v1/actions/webhooks/{webhook}", { params: { path: { webhook: webhook.id } }, body: values }),
      ),
    async () => {
      await props.onChanged();
      toast(t("saved"));
    },
  );
  if (!mayChange) {
    return (
      <Panel title={t("webhooks.settings")}>
        <Stack gap="xs">
          <Code>{webhook.url}</Code>
          <Group gap={4}>
            {webhook.kinds.length === 0 && <Text size="sm">{t("webhooks.all_kinds")}</Text>}
            {webhook.kinds.map((kind) => (
              <Badge key={kind} color="gray">
                {kind}
              </Badge>
            ))}
          </Group>
        </Stack>
      </Panel>
    );
  }
  return (
    <Panel title={t("webhooks.settings")}>
      <Form sending={sending} action={t("webhooks.save")}>
        <WebhookFields form={form} />
      </Form>
    </Panel>
  );
}

function Secret({ webhook }: { webhook: Webhook }) {
  const { t } = useTranslation();
  const [secret, setSecret] = useState<string>();
  const path = { webhook: webhook.id };

  async function rotate() {
    const made = await answer(api.POST("/api/v1/actions/webhooks/{webhook}/rotations", { params: { path } }));
    setSecret(made.secret);
    toast(t("webhooks.rotated"));
  }

  return (
    <Panel title={t("webhooks.secret")} about={t("webhooks.secret_text")}>
      {secret && <Copyable text={secret} label={t("webhooks.secret")} />}
      <Group>
        <ConfirmButton
          size="sm"
          label={t("webhooks.rotate")}
          title={t("webhooks.rotate")}
          text={t("webhooks.rotate_text")}
          action={t("webhooks.rotate")}
          run={rotate}
        />
      </Group>
    </Panel>
  );
}
