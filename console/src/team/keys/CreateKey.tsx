// Making a key: what for, what it may, how long. Its secret is shown once, with the calls that use it.

import { Button, Checkbox, Fieldset, Group, Select, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import type { components } from "../../api/schema";
import { Choice } from "../../components/Choice";
import { Copyable, Snippets } from "../../components/Copyable";
import { CreateDialog } from "../../components/CreateDialog";
import { Form, useSend } from "../../components/form";
import { useMe } from "../me";
import type { Permission } from "../roles";
import { snippets } from "./snippets";

type NewKey = components["schemas"]["NewKey"];

export function CreateKey({ opened, close }: { opened: boolean; close: () => void }) {
  const { t } = useTranslation();
  return (
    <CreateDialog<NewKey>
      opened={opened}
      close={close}
      titles={[t("keys.create"), t("keys.made")]}
      form={(onMade) => <KeyForm onMade={onMade} close={close} />}
      made={(made, leave) => <Made made={made} close={leave} />}
    />
  );
}

interface Values extends Record<string, unknown> {
  name: string;
  kind: "write" | "secret";
  scopes: string[];
  expires_in_days: string | null;
}

const LIFETIMES = ["30", "90", "365"] as const;

function KeyForm({ onMade, close }: { onMade: (key: NewKey) => void; close: () => void }) {
  const { t } = useTranslation();
  const { permissions } = useMe();
  const queries = useQueryClient();
  const form = useForm<Values>({
    mode: "controlled",
    initialValues: { name: "", kind: "write", scopes: [], expires_in_days: null },
    validate: {
      name: (value) => (value.trim() ? null : t("fields.name_missing")),
      scopes: (value, { kind }) => (kind === "secret" && value.length === 0 ? t("keys.scopes_missing") : null),
    },
  });
  const sending = useSend(
    form,
    ({ name, kind, scopes, expires_in_days }) =>
      answer(
        api.POST("/api/v1/team/keys", {
          body: {
            name: name.trim(),
            scopes: kind === "secret" ? (scopes as Permission[]) : [],
            expires_in_days: expires_in_days ? Number(expires_in_days) : undefined,
          },
        }),
      ),
    async (made) => {
      onMade(made);
      await queries.invalidateQueries({ queryKey: ["keys"] });
    },
  );

  return (
    <Form sending={sending} action={t("keys.create")} cancel={{ label: t("cancel"), onClick: close }}>
      <TextInput
        label={t("fields.name")}
        description={t("keys.name_text")}
        maxLength={200}
        data-autofocus
        {...form.getInputProps("name")}
      />
      <Choice
        label={t("keys.kind")}
        options={(["write", "secret"] as const).map((kind) => ({
          value: kind,
          label: t(`keys.${kind}`),
          text: t(`keys.${kind}_text`),
        }))}
        {...form.getInputProps("kind")}
      />
      {form.values.kind === "secret" && (
        <Fieldset legend={t("keys.scopes")} variant="unstyled">
          <Checkbox.Group description={t("keys.scopes_text")} {...form.getInputProps("scopes")}>
            <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" mt="xs">
              {permissions.map((permission) => (
                <Checkbox
                  key={permission}
                  value={permission}
                  label={permission}
                  description={t(`permissions.${permission.replace(":", "_") as "sources_read"}`)}
                />
              ))}
            </SimpleGrid>
          </Checkbox.Group>
        </Fieldset>
      )}
      <Select
        label={t("keys.lifetime")}
        data={[
          { value: "", label: t("keys.lifetime_never") },
          ...LIFETIMES.map((days) => ({ value: days, label: t("keys.lifetime_days", { count: Number(days) }) })),
        ]}
        allowDeselect={false}
        value={form.values.expires_in_days ?? ""}
        onChange={(value) => form.setFieldValue("expires_in_days", value || null)}
        error={form.errors.expires_in_days}
      />
    </Form>
  );
}

function Made({ made, close }: { made: NewKey; close: () => void }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Text size="sm">{t(made.key.kind === "write" ? "keys.made_write" : "keys.made_secret")}</Text>
      <Copyable text={made.secret} label={t("keys.secret_label")} />
      <Snippets snippets={snippets(made.key.kind, made.secret, location.origin)} />
      <Group justify="flex-end">
        <Button onClick={close}>{t("done")}</Button>
      </Group>
    </Stack>
  );
}
