// The question itself: metric, dimensions, grain, filter. Everything that is chosen goes into the address.

import { Button, Grid, Group, Select, TagsInput, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { BookOpen } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../../api/problem";
import { sentence } from "../../components/words";
import { FilterField } from "../../signals/filter/FilterField";
import { GROUPING, useSeenFields } from "../../signals/filter/fields";
import { GRAINS } from "../days";
import { type Grain, metricsQuery } from "../figures";
import type { Asked } from "./question";
import { type ExploreSearch, MOST_FIELDS } from "./search";

interface Props {
  asked: Asked;
  set: (change: ExploreSearch) => void;
  /** What the server said to the question as a whole. */
  error: unknown;
  passport: () => void;
}

const FORMULA = "=";

export function QuestionBar({ asked, set, error, passport }: Props) {
  const { t } = useTranslation();
  const { data: metrics } = useQuery(metricsQuery);
  const seen = useSeenFields();
  const wrong = error instanceof Problem ? error.fields : {};
  const named = metrics?.items.some(({ name }) => name === asked.metric) ?? !/[()]/.test(asked.metric);
  const [writing, setWriting] = useState(false);
  const formula = writing || !named;

  return (
    <Grid gap="sm" align="flex-start" component="search">
      <Grid.Col span={{ base: 12, sm: 6, md: 4 }}>
        <Group gap="xs" align="flex-end" wrap="nowrap">
          <Select
            flex={1}
            miw={0}
            label={t("explore.metric")}
            searchable
            allowDeselect={false}
            nothingFoundMessage={t("nothing_found")}
            value={formula ? FORMULA : asked.metric}
            data={[
              ...(metrics?.items.map(({ name, title }) => ({ value: name, label: title })) ?? [
                { value: asked.metric, label: asked.metric },
              ]),
              { value: FORMULA, label: t("explore.formula") },
            ]}
            error={!formula && wrong.metric && sentence(wrong.metric)}
            onChange={(value) => {
              setWriting(value === FORMULA);
              if (value && value !== FORMULA) set({ metric: value });
            }}
          />
          <Button
            variant="default"
            px="sm"
            onClick={passport}
            aria-label={t("explore.passport")}
            title={t("explore.passport")}
          >
            <BookOpen size={16} />
          </Button>
        </Group>
        {formula && (
          <Formula
            value={named ? "" : asked.metric}
            error={wrong.metric}
            set={(metric) => {
              setWriting(false);
              set({ metric });
            }}
          />
        )}
      </Grid.Col>
      <Grid.Col span={{ base: 12, sm: 6, md: 5 }}>
        <TagsInput
          label={t("explore.by")}
          placeholder={asked.by.length === 0 ? t("explore.by_none") : undefined}
          value={asked.by}
          data={[...GROUPING, ...seen].filter((field) => !asked.by.includes(field))}
          maxTags={MOST_FIELDS}
          acceptValueOnBlur={false}
          splitChars={[";"]}
          error={wrong.by && sentence(wrong.by)}
          onChange={(by) => set({ by: by.length > 0 ? by : undefined })}
          clearable
          clearButtonProps={{ "aria-label": t("filter.clear") }}
        />
      </Grid.Col>
      <Grid.Col span={{ base: 12, sm: 4, md: 3 }}>
        <Select
          label={t("explore.every")}
          allowDeselect={false}
          value={asked.every ?? "none"}
          data={[
            { value: "none", label: t("explore.every_none") },
            ...GRAINS.map((value) => ({ value, label: t(`grains.${value}`) })),
          ]}
          error={wrong.every && sentence(wrong.every)}
          onChange={(every) => set({ every: (every ?? "none") as Grain | "none" })}
        />
      </Grid.Col>
      <Grid.Col span={12}>
        <FilterField
          label={t("explore.where")}
          placeholder={t("explore.where_all")}
          value={asked.where}
          error={wrong.where}
          set={(where) => set({ where })}
        />
      </Grid.Col>
    </Grid>
  );
}

function Formula({ value, error, set }: { value: string; error: string | undefined; set: (formula: string) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const send = () => text.trim() && text.trim() !== value && set(text.trim());
  return (
    <TextInput
      mt="xs"
      ff="monospace"
      label={t("explore.formula_label")}
      description={t("explore.formula_text")}
      value={text}
      spellCheck={false}
      autoComplete="off"
      autoFocus={value === ""}
      error={error && sentence(error)}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={send}
      onKeyDown={(event) => event.key === "Enter" && send()}
    />
  );
}
