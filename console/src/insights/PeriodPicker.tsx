// Which days a page is about.

import { Button, Popover, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { CalendarRange, ChevronDown } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { isDay, sayDay } from "./days";
import { PERIODS, type Period, type PeriodSearch } from "./periods";

export function PeriodPicker({ period, set }: { period: Period; set: (search: PeriodSearch) => void }) {
  const { t } = useTranslation();
  const [opened, { close, toggle }] = useDisclosure(false);
  const name = usePeriodName(period);
  const choose = (search: PeriodSearch) => {
    set(search);
    close();
  };
  return (
    <Popover opened={opened} onChange={close} position="bottom-end" shadow="md" trapFocus returnFocus withRoles={false}>
      <Popover.Target>
        <Button
          variant="default"
          onClick={toggle}
          aria-expanded={opened}
          aria-label={t("period.label", { name })}
          leftSection={<CalendarRange size={16} />}
          rightSection={<ChevronDown size={14} />}
        >
          {name}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="xs">
        <Stack gap={2}>
          {PERIODS.map((option) => (
            <Button
              key={option}
              variant={option === period.name ? "light" : "subtle"}
              color={option === period.name ? undefined : "gray"}
              c={option === period.name ? undefined : "var(--mantine-color-text)"}
              justify="flex-start"
              aria-pressed={option === period.name}
              onClick={() => choose({ period: option })}
            >
              {t(`period.${option}`)}
            </Button>
          ))}
          <Days key={`${period.from}${period.last}`} period={period} choose={choose} />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

export function usePeriodName(period: Period): string {
  const { t, i18n } = useTranslation();
  if (period.name) return t(`period.${period.name}`);
  return `${sayDay(period.from, i18n.language)} – ${sayDay(period.last, i18n.language)}`;
}

function Days({ period, choose }: { period: Period; choose: (search: PeriodSearch) => void }) {
  const { t } = useTranslation();
  const [from, setFrom] = useState(period.from);
  const [to, setTo] = useState(period.last);
  const wrong = isDay(from) && isDay(to) && from > to;
  function send(event: FormEvent) {
    event.preventDefault();
    if (isDay(from) && isDay(to) && !wrong) choose({ from, to });
  }
  return (
    <form onSubmit={send}>
      <Stack gap="xs" p="xs">
        <TextInput
          type="date"
          label={t("period.from")}
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          type="date"
          label={t("period.to")}
          value={to}
          error={wrong && t("period.wrong")}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
        <Button type="submit" variant="default">
          {t("period.choose")}
        </Button>
      </Stack>
    </form>
  );
}
