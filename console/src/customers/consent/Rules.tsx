// Quiet hours and the budget, changed and saved together.

import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  NumberInput,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
} from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Failure } from "../../components/Failure";
import { Panel } from "../../components/Panel";
import { toast } from "../../components/toast";
import { CHANNELS, type Channel, type Rules as RulesOfContact, rulesQuery } from "./consent";

const MOST = 8;
const WINDOWS = [24, 168, 720, 2160] as const;
const NIGHT = { from: "21:00", until: "08:00", channels: ["sms", "phone", "mobile"] as Channel[] };

type Line = RulesOfContact["budgets"][number] & { id: number };

export function Rules({ rules, mayChange }: { rules: RulesOfContact; mayChange: boolean }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [quiet, setQuiet] = useState(rules.quiet ?? undefined);
  const [lines, setLines] = useState<Line[]>(() => rules.budgets.map((budget, id) => ({ ...budget, id })));
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();

  const put = (id: number, change: Partial<Line>) =>
    setLines((old) => old.map((line) => (line.id === id ? { ...line, ...change } : line)));
  const windowName = (hours: number) =>
    WINDOWS.find((known) => known === hours)
      ? t(`consent.windows.${String(hours) as "24"}`)
      : t("consent.window_hours", { count: hours });

  async function save(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setFailure(undefined);
    try {
      const budgets = lines.map(({ channel, most, hours }) => ({ channel, most, hours }));
      await answer(api.PUT("/api/v1/customers/contact-rules", { body: { quiet: quiet ?? null, budgets } }));
      await queries.invalidateQueries({ queryKey: rulesQuery.queryKey });
      toast(t("consent.rules_kept"));
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Panel
      title={t("consent.rules")}
      about={mayChange ? t("consent.rules_text") : `${t("consent.rules_text")} ${t("consent.read_only")}`}
    >
      <form onSubmit={save} noValidate>
        <Stack gap="md" maw={640}>
          <Switch
            label={t("consent.quiet")}
            description={t("consent.quiet_text")}
            checked={quiet !== undefined}
            disabled={!mayChange}
            onChange={(event) => setQuiet(event.currentTarget.checked ? NIGHT : undefined)}
          />
          {quiet && (
            <>
              <Group gap="md">
                {(["from", "until"] as const).map((end) => (
                  <TextInput
                    key={end}
                    type="time"
                    w={140}
                    label={t(`consent.quiet_${end}`)}
                    value={quiet[end]}
                    disabled={!mayChange}
                    onChange={(event) => setQuiet({ ...quiet, [end]: event.currentTarget.value })}
                  />
                ))}
              </Group>
              <Checkbox.Group
                label={t("consent.quiet_channels")}
                value={quiet.channels}
                onChange={(channels) => setQuiet({ ...quiet, channels: channels as Channel[] })}
              >
                <Group gap="md" mt={4}>
                  {CHANNELS.map((channel) => (
                    <Checkbox
                      key={channel}
                      value={channel}
                      disabled={!mayChange}
                      label={t(`consent.channel.${channel}`)}
                    />
                  ))}
                </Group>
              </Checkbox.Group>
            </>
          )}
          <Stack gap={2}>
            <Text fw={500} size="sm">
              {t("consent.budgets")}
            </Text>
            <Text size="xs" c="dimmed">
              {t("consent.budgets_text")}
            </Text>
          </Stack>
          {lines.length === 0 && <Text size="sm">{t("consent.no_budgets")}</Text>}
          {lines.map(({ id, channel, most, hours }, i) => (
            <Group key={id} gap="xs">
              <NumberInput
                w={90}
                aria-label={t("consent.budget_most", { number: i + 1 })}
                value={most}
                min={1}
                max={1000}
                allowDecimal={false}
                disabled={!mayChange}
                onChange={(value) => put(id, { most: Number(value) || 1 })}
              />
              <Text size="sm">{t("consent.contacts")}</Text>
              <Select
                w={200}
                aria-label={t("consent.budget_channel", { number: i + 1 })}
                data={[
                  { value: "", label: t("consent.all_channels") },
                  ...CHANNELS.map((value) => ({ value, label: t(`consent.channel.${value}`) })),
                ]}
                value={channel ?? ""}
                allowDeselect={false}
                disabled={!mayChange}
                onChange={(value) => put(id, { channel: (value || null) as Channel | null })}
              />
              <Select
                w={150}
                aria-label={t("consent.budget_window", { number: i + 1 })}
                data={[...new Set([...WINDOWS, hours])].map((value) => ({
                  value: String(value),
                  label: windowName(value),
                }))}
                value={String(hours)}
                allowDeselect={false}
                disabled={!mayChange}
                onChange={(value) => put(id, { hours: Number(value) })}
              />
              {mayChange && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size={36}
                  aria-label={t("consent.remove_budget", { number: i + 1 })}
                  onClick={() => setLines((old) => old.filter((line) => line.id !== id))}
                >
                  <X size={15} />
                </ActionIcon>
              )}
            </Group>
          ))}
          {Boolean(failure) && <Failure error={failure} kept />}
          {mayChange && (
            <Group gap="xs">
              <Button type="submit" loading={busy}>
                {t("consent.save_rules")}
              </Button>
              <Button
                variant="default"
                leftSection={<Plus size={15} />}
                disabled={lines.length >= MOST}
                onClick={() => {
                  const id = Math.max(-1, ...lines.map((line) => line.id)) + 1;
                  setLines((old) => [...old, { id, channel: null, most: 3, hours: 168 }]);
                }}
              >
                {t("consent.add_budget")}
              </Button>
            </Group>
          )}
        </Stack>
      </form>
    </Panel>
  );
}
