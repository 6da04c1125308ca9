// The stages in their order: renamed, moved, added and taken away together, then saved.

import { ActionIcon, Badge, Button, Group, Menu, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, ChevronDown, Plus, X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import type { components } from "../../api/schema";
import { Failure } from "../../components/Failure";
import { Panel } from "../../components/Panel";
import { toast } from "../../components/toast";
import { words } from "../../components/words";
import { journeyQuery } from "./journey";

interface Stage {
  /** Stays with it while it is moved and renamed. */
  id: number;
  name: string;
}

const MOST = 30;
const listed = (names: string[]): Stage[] => names.map((name, id) => ({ id, name }));

export function Stages({ journey, mayChange }: { journey: components["schemas"]["Journey"]; mayChange: boolean }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [stages, setStages] = useState(() => listed(journey.stages));
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const [tried, setTried] = useState(false);
  const names = stages.map(({ name }) => name.trim());
  const wrong = (i: number) => !names[i] || names.indexOf(names[i]) !== i;
  const changed = names.join("\n") !== journey.stages.join("\n");

  const move = (from: number, to: number) =>
    setStages((old) => {
      const moved = [...old];
      moved.splice(to, 0, ...moved.splice(from, 1));
      return moved;
    });

  async function save(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (names.some((_, i) => wrong(i))) return;
    setBusy(true);
    setFailure(undefined);
    try {
      await answer(api.PUT("/api/v1/insights/journey", { body: { stages: names } }));
      await queries.invalidateQueries({ queryKey: journeyQuery.queryKey });
      toast(t("journey.stages_kept"));
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  if (!mayChange) {
    return (
      <Panel title={t("journey.stages")} about={`${t("journey.stages_text")} ${t("journey.read_only")}`}>
        <Group gap="xs">
          {journey.stages.map((stage) => (
            <Badge key={stage} color="gray">
              {words(stage)}
            </Badge>
          ))}
        </Group>
      </Panel>
    );
  }
  return (
    <Panel
      title={t("journey.stages")}
      about={t("journey.stages_text")}
      aside={
        <Menu position="bottom-end">
          <Menu.Target>
            <Button size="xs" variant="default" rightSection={<ChevronDown size={14} />}>
              {t("journey.templates")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {journey.templates.map(({ name, stages }) => (
              <Menu.Item key={name} onClick={() => setStages(listed(stages))}>
                {t(`journey.template.${name as "retail"}`, { defaultValue: name })}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      }
    >
      <form onSubmit={save} noValidate>
        <Stack gap="xs" maw={520}>
          {stages.map(({ id, name }, i) => (
            <Group key={id} gap={4} wrap="nowrap" align="flex-start">
              <TextInput
                flex={1}
                aria-label={t("journey.stage", { number: i + 1 })}
                value={name}
                maxLength={100}
                error={tried && wrong(i) && t("journey.stage_missing")}
                onChange={(event) => {
                  const text = event.currentTarget.value;
                  setStages((old) => old.map((stage) => (stage.id === id ? { id, name: text } : stage)));
                }}
              />
              <ActionIcon
                variant="subtle"
                color="gray"
                size={36}
                disabled={i === 0}
                aria-label={t("journey.earlier", { stage: name })}
                onClick={() => move(i, i - 1)}
              >
                <ArrowUp size={15} />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                size={36}
                disabled={i === stages.length - 1}
                aria-label={t("journey.later", { stage: name })}
                onClick={() => move(i, i + 1)}
              >
                <ArrowDown size={15} />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                size={36}
                disabled={stages.length === 1}
                aria-label={t("journey.take_away", { stage: name })}
                onClick={() => setStages((old) => old.filter((stage) => stage.id !== id))}
              >
                <X size={15} />
              </ActionIcon>
            </Group>
          ))}
          {Boolean(failure) && <Failure error={failure} kept />}
          <Group gap="xs">
            <Button type="submit" loading={busy} disabled={!changed}>
              {t("journey.save_stages")}
            </Button>
            <Button
              variant="default"
              leftSection={<Plus size={15} />}
              disabled={stages.length >= MOST}
              onClick={() => setStages((old) => [...old, { id: Math.max(...old.map(({ id }) => id)) + 1, name: "" }])}
            >
              {t("journey.add_stage")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  );
}
