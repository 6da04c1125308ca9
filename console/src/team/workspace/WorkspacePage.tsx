// The workspace's own settings: name, calendar, currency, and whether everybody needs a second factor.

import { Button, Checkbox, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import type { components } from "../../api/schema";
import { workspace as chosenWorkspace } from "../../api/session";
import { Form, useSend } from "../../components/form";
import { Page } from "../../components/Page";
import { Panel } from "../../components/Panel";
import { toast } from "../../components/toast";
import { useMe, workspacesQuery } from "../me";

type Workspace = components["schemas"]["ShownWorkspace"];

export function WorkspacePage() {
  const { t } = useTranslation();
  const { may } = useMe();
  const { data: workspace } = useSuspenseQuery({
    queryKey: ["workspace"],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/team/workspace", { signal })),
  });
  const mayChange = may("team:write");
  return (
    <Page title={t("pages.workspace.title")} about={t("pages.workspace.about")} narrow>
      <Settings workspace={workspace} mayChange={mayChange} />
      <Security workspace={workspace} mayChange={mayChange} />
      <Another />
    </Page>
  );
}

function useSaved() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  return async () => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: ["workspace"] }),
      queries.invalidateQueries({ queryKey: workspacesQuery.queryKey }),
    ]);
    toast(t("saved"));
  };
}

const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];

function currencies(language: string) {
  const names = new Intl.DisplayNames(language, { type: "currency" });
  return Intl.supportedValuesOf("currency").map((code) => ({ value: code, label: `${code} · ${names.of(code)}` }));
}

function Settings({ workspace, mayChange }: { workspace: Workspace; mayChange: boolean }) {
  const { t, i18n } = useTranslation();
  const saved = useSaved();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: workspace.name, zone: workspace.zone, currency: workspace.currency },
    validate: { name: (value) => (value.trim() ? null : t("fields.name_missing")) },
  });
  const sending = useSend(form, (values) => answer(api.PATCH("/api/v1/team/workspace", { body: values })), saved);
  // A zone or currency that this browser does not know is still the workspace's own.
  const zones = ZONES.includes(workspace.zone) ? ZONES : [workspace.zone, ...ZONES];
  return (
    <Panel title={t("workspace.general")} about={mayChange ? t("workspace.general_text") : t("workspace.read_only")}>
      <Form sending={sending} action={t("workspace.save")} disabled={!mayChange}>
        <TextInput
          label={t("fields.name")}
          maxLength={200}
          readOnly={!mayChange}
          key={form.key("name")}
          {...form.getInputProps("name")}
        />
        <Select
          label={t("workspace.zone")}
          description={t("workspace.zone_text")}
          data={zones}
          searchable
          allowDeselect={false}
          readOnly={!mayChange}
          nothingFoundMessage={t("nothing_found")}
          key={form.key("zone")}
          {...form.getInputProps("zone")}
        />
        <Select
          label={t("workspace.currency")}
          description={t("workspace.currency_text")}
          data={currencies(i18n.language)}
          searchable
          allowDeselect={false}
          readOnly={!mayChange}
          nothingFoundMessage={t("nothing_found")}
          key={form.key("currency")}
          {...form.getInputProps("currency")}
        />
      </Form>
    </Panel>
  );
}

function Security({ workspace, mayChange }: { workspace: Workspace; mayChange: boolean }) {
  const { t } = useTranslation();
  const saved = useSaved();
  const form = useForm({
    mode: "controlled",
    initialValues: { require_second_factor: workspace.require_second_factor },
  });
  const sending = useSend(form, (values) => answer(api.PATCH("/api/v1/team/workspace", { body: values })), saved);
  return (
    <Panel title={t("workspace.security")} about={t("workspace.security_text")}>
      <Form sending={sending} action={t("workspace.save_security")} disabled={!mayChange}>
        <Checkbox
          label={t("workspace.second_factor")}
          description={t("workspace.second_factor_text")}
          disabled={!mayChange}
          {...form.getInputProps("require_second_factor", { type: "checkbox" })}
        />
      </Form>
    </Panel>
  );
}

function Another() {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure(false);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: "" },
    validate: { name: (value) => (value.trim() ? null : t("fields.name_missing")) },
  });
  const sending = useSend(
    form,
    (values) => answer(api.POST("/api/v1/team/workspaces", { body: values })),
    ({ id }) => {
      chosenWorkspace.set(id);
      location.assign("/");
    },
  );
  return (
    <Panel title={t("workspace.another")} about={t("workspace.another_text")}>
      <Group>
        <Button variant="default" onClick={open}>
          {t("workspace.create")}
        </Button>
      </Group>
      <Modal
        opened={opened}
        onClose={close}
        title={t("workspace.create")}
        closeButtonProps={{ "aria-label": t("close") }}
        closeOnClickOutside={false}
      >
        <Stack>
          <Text size="sm">{t("workspace.create_text")}</Text>
          <Form sending={sending} action={t("workspace.create")} cancel={{ label: t("cancel"), onClick: close }}>
            <TextInput
              label={t("fields.name")}
              maxLength={200}
              data-autofocus
              key={form.key("name")}
              {...form.getInputProps("name")}
            />
          </Form>
        </Stack>
      </Modal>
    </Panel>
  );
}
