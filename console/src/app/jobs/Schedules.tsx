// What comes again by itself, and when.

import { Code } from "@mantine/core";
import { CalendarClock } from "lucide-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { usePages } from "../../api/queries";
import { type Column, DataTable } from "../../components/DataTable";
import { Empty } from "../../components/Empty";
import { Moment } from "../../components/Moment";
import { words } from "../../components/words";

interface Schedule {
  name: string;
  cron: string;
  kind: string;
  next_at?: string;
  last_at?: string;
}

export function Schedules() {
  const { t } = useTranslation();
  const schedules = usePages<Schedule>(["jobs", "schedules"], (_, signal) =>
    answer(api.GET("/api/v1/jobs/schedules", { signal })),
  );
  const columns: Column<Schedule>[] = [
    { header: t("fields.name"), cell: (schedule) => words(schedule.name) },
    { header: t("jobs.cron"), cell: (schedule) => <Code fz="xs">{schedule.cron}</Code> },
    { header: t("jobs.last"), cell: (schedule) => <Moment at={schedule.last_at} none={t("never")} /> },
    { header: t("jobs.next"), cell: (schedule) => <Moment at={schedule.next_at} /> },
  ];
  return (
    <DataTable
      label={t("jobs.schedules")}
      columns={columns}
      pages={schedules}
      id={(schedule) => schedule.name}
      empty={<Empty icon={CalendarClock} title={t("jobs.no_schedules")} text={t("jobs.no_schedules_text")} />}
    />
  );
}
