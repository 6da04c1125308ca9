// How many signals there are by any field, the most frequent first; a click narrows the list to one value.

import { Button, NativeSelect, Skeleton, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { Failure } from "../components/Failure";
import { keyOf, useFigures } from "../insights/figures";
import { whole } from "../insights/numbers";
import type { Period } from "../insights/periods";
import classes from "./Counts.module.css";
import { GROUPING, useSeenFields } from "./filter/fields";
import { equals } from "./filter/text";

interface Props {
  field: string;
  where: string | undefined;
  period: Period;
  setField: (field: string) => void;
  only: (condition: string) => void;
}

const MOST = 12;
/** Where the list stands below and not beside them; Counts.module.css hides the others. */
const FIRST = 3;

export function Counts({ field, where, period, setField, only }: Props) {
  const { t, i18n } = useTranslation();
  const seen = useSeenFields();
  const figures = useFigures({ metric: "count", by: [field], where, from: period.from, to: period.to }, { keep: true });
  const rows = [...(figures.data?.rows ?? [])].sort((one, other) => other.n - one.n);
  const shown = rows.slice(0, MOST);
  const most = shown[0]?.n ?? 1;
  const [all, { toggle }] = useDisclosure(false);
  const fields = [...new Set([field, ...GROUPING, ...seen])].sort();
  return (
    <Stack gap="xs">
      <NativeSelect
        size="xs"
        label={t("signals.counts.title")}
        value={field}
        onChange={(event) => setField(event.currentTarget.value)}
        data={fields.map((value) => ({
          value,
          label: t(`signals.fields.${value as "kind"}`, { defaultValue: value }),
        }))}
      />
      {figures.isPending && <Skeleton height={180} />}
      {figures.isError && <Failure error={figures.error} retry={() => figures.refetch()} />}
      <ul className={classes.list} data-all={all || undefined} aria-busy={figures.isPlaceholderData}>
        {shown.map((row) => {
          const value = keyOf(row, field);
          const name = value === null ? t("signals.counts.missing") : String(value);
          const count = whole(row.n, i18n.language);
          return (
            <li key={name}>
              <button
                type="button"
                className={classes.value}
                onClick={() => only(equals(field, value))}
                aria-label={t("signals.counts.only", { value: name, count })}
              >
                <svg className={classes.bar} aria-hidden preserveAspectRatio="none" viewBox="0 0 100 1">
                  <rect width={(100 * row.n) / most} height={1} />
                </svg>
                <span className={classes.name}>{name}</span>
                <span className="numbers">{count}</span>
              </button>
            </li>
          );
        })}
      </ul>
      {shown.length > FIRST && (
        <Button size="xs" variant="subtle" color="gray" className={classes.rest} aria-expanded={all} onClick={toggle}>
          {t(all ? "signals.counts.fewer" : "signals.counts.all")}
        </Button>
      )}
      {rows.length > MOST && (
        <Text size="xs" c="dimmed" className={all ? undefined : classes.more}>
          {t("signals.counts.more", { count: rows.length - MOST })}
        </Text>
      )}
    </Stack>
  );
}
