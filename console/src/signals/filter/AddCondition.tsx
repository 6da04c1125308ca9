// One test at a time: a field, how it is tested, and against what.

import { Button, NativeSelect, Popover, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Plus } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { keyOf, useFigures } from "../../insights/figures";
import { useMe } from "../../team/me";
import { COLUMNS, GROUPING, NUMBERS, useSeenFields } from "./fields";
import { constant } from "./text";

const TESTS = ["is", "is_not", "contains", "starts_with", "at_least", "at_most", "present", "absent"] as const;
type Test = (typeof TESTS)[number];

export function AddCondition({ add }: { add: (condition: string) => void }) {
  const { t } = useTranslation();
  const [opened, { close, toggle }] = useDisclosure(false);
  return (
    <Popover opened={opened} onChange={close} position="bottom-end" shadow="md" width={280} trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          onClick={toggle}
          px="sm"
          aria-label={t("signals.filter.add")}
          title={t("signals.filter.add")}
        >
          <Plus size={16} />
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("signals.filter.add")}>
        {opened && (
          <Builder
            add={(condition) => {
              add(condition);
              close();
            }}
          />
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

function Builder({ add }: { add: (condition: string) => void }) {
  const { t } = useTranslation();
  const seen = useSeenFields();
  const [field, setField] = useState("channel");
  const [test, setTest] = useState<Test>("is");
  const [value, setValue] = useState("");
  const [tried, setTried] = useState(false);
  const name = (field: string) => t(`signals.fields.${field as "kind"}`, { defaultValue: field });
  const options = useValues(field);
  const list = useId();
  const asks = test !== "present" && test !== "absent";
  const number = test === "at_least" || test === "at_most" || (NUMBERS.includes(field) && asks);
  const wrong = !asks
    ? undefined
    : value.trim() === ""
      ? t("signals.filter.value_missing")
      : number && !isNumber(value)
        ? t("signals.filter.number_missing")
        : undefined;

  function send(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!wrong) add(condition(field, test, value.trim(), options));
  }

  return (
    <form onSubmit={send} noValidate>
      <Stack gap="sm">
        <NativeSelect
          label={t("signals.filter.field")}
          value={field}
          data-autofocus
          onChange={(event) => setField(event.currentTarget.value)}
          data={[...COLUMNS, ...seen].map((value) => ({ value, label: name(value) }))}
        />
        <NativeSelect
          label={t("signals.filter.test")}
          value={test}
          onChange={(event) => setTest(event.currentTarget.value as Test)}
          data={TESTS.map((value) => ({ value, label: t(`signals.filter.tests.${value}`) }))}
        />
        {asks && (
          <>
            <TextInput
              label={t("signals.filter.value")}
              value={value}
              list={list}
              autoComplete="off"
              inputMode={number ? "decimal" : undefined}
              error={tried && wrong}
              onChange={(event) => setValue(event.currentTarget.value)}
            />
            <datalist id={list}>
              {options.map((option) => (
                <option key={String(option)} value={String(option)} />
              ))}
            </datalist>
          </>
        )}
        <Button type="submit">{t("signals.filter.add_action")}</Button>
      </Stack>
    </form>
  );
}

type Option = string | number | boolean;

/** The values that a field has, the most frequent first. */
function useValues(field: string): Option[] {
  const { may } = useMe();
  const grouping = GROUPING.includes(field) || field.startsWith("customer.");
  const { data } = useFigures({ metric: "count", by: [field] }, { enabled: may("insights:read") && grouping });
  const rows = [...(data?.rows ?? [])].sort((one, other) => other.n - one.n).slice(0, 50);
  return rows.map((row) => keyOf(row, field)).filter((value) => value !== null);
}

const isNumber = (text: string) => text.trim() !== "" && Number.isFinite(Number(text));

function condition(field: string, test: Test, value: string, options: Option[]): string {
  // Values of different types are never equal: what was seen tells which type is meant.
  const known = options.find((option) => String(option) === value);
  const numeric = NUMBERS.includes(field) || (field.startsWith("properties.") && isNumber(value));
  const truth = value === "true" || value === "false";
  const equal = constant(known ?? (numeric ? Number(value) : truth ? value === "true" : value));
  const text = constant(value);
  switch (test) {
    case "is":
      return `${field} = ${equal}`;
    case "is_not":
      return `${field} != ${equal}`;
    case "contains":
      return `${field} contains ${text}`;
    case "starts_with":
      return `${field} starts with ${text}`;
    case "at_least":
      return `${field} >= ${Number(value)}`;
    case "at_most":
      return `${field} <= ${Number(value)}`;
    case "present":
      return `${field} is not null`;
    case "absent":
      return `${field} is null`;
  }
}
