// A metric's passport beside the explorer, with the question as the command line asks it.

import { Drawer, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Copyable } from "../../components/Copyable";
import { Failure } from "../../components/Failure";
import { metricQuery } from "../figures";
import { Part, PassportParts } from "./PassportParts";
import type { Asked } from "./question";

interface Props {
  asked: Asked;
  opened: boolean;
  close: () => void;
}

export function Passport({ asked, opened, close }: Props) {
  const { t } = useTranslation();
  const { data: metric, error, refetch } = useQuery({ ...metricQuery(asked.metric), enabled: opened });
  return (
    <Drawer
      opened={opened}
      onClose={close}
      position="right"
      size="md"
      title={t("passport.title", { metric: metric?.title ?? asked.metric })}
      closeButtonProps={{ "aria-label": t("close") }}
      transitionProps={{ duration: 120 }}
    >
      {error && <Failure error={error} retry={refetch} />}
      {metric && (
        <Stack gap="md">
          <PassportParts metric={metric} />
          <Part name={t("passport.query")}>
            <Copyable text={command(asked)} label={t("passport.query")} />
          </Part>
        </Stack>
      )}
    </Drawer>
  );
}

/** The same question for a shell. */
function command({ metric, by, every, where }: Asked): string {
  const quoted = (text: string) => (/^[\w.-]+$/.test(text) ? text : `"${text.replace(/[\\"$`]/g, "\\$&")}"`);
  return [
    "harken query",
    quoted(metric),
    ...by.map((field) => `--by ${quoted(field)}`),
    every && `--every ${every}`,
    where && `--where ${quoted(where)}`,
  ]
    .filter(Boolean)
    .join(" ");
}
