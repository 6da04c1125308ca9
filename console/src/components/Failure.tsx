// What went wrong, what was kept, and what to do.

import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { CircleAlert, ShieldCheck, WifiOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Problem } from "../api/problem";
import { sentence } from "./words";

interface Props {
  error: unknown;
  /** Asks again. Without it there is nothing to ask again: a form keeps its own button. */
  retry?: () => unknown;
  /** Something typed stands beside this and is kept. */
  kept?: boolean;
  flush?: boolean;
}

export function Failure({ error, retry, kept, flush }: Props) {
  const { t } = useTranslation();
  const problem = error instanceof Problem ? error : undefined;
  const { title, text } = useWords(error);
  if (problem?.fields.second_factor) return <SecondFactorRequired />;
  return (
    <Alert
      role="alert"
      color="orange"
      radius={flush ? 0 : undefined}
      icon={problem?.status === 0 ? <WifiOff size={18} /> : <CircleAlert size={18} />}
      title={title}
    >
      <Stack gap="xs">
        <Text size="sm">
          {text} {kept && problem?.passes && t("failure.kept")}
        </Text>
        {problem?.details?.instance && problem.status >= 500 && (
          <Text size="xs" c="dimmed">
            {t("failure.reference", { id: problem.details.instance.replace("urn:uuid:", "") })}
          </Text>
        )}
        {retry && (
          <Group>
            <Button size="xs" variant="default" onClick={() => retry()}>
              {t("failure.retry")}
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}

/** The workspace lets nobody in without one: the way on is to set it up. */
function SecondFactorRequired() {
  const { t } = useTranslation();
  return (
    <Alert role="alert" icon={<ShieldCheck size={18} />} title={t("second_factor.required")}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{t("second_factor.required_text")}</Text>
        <Button size="xs" component={Link} to="/account">
          {t("second_factor.enrol")}
        </Button>
      </Stack>
    </Alert>
  );
}

function useWords(error: unknown): { title: string; text: string } {
  const { t } = useTranslation();
  if (!(error instanceof Problem)) return { title: t("failure.defect"), text: t("failure.defect_text") };
  if (error.status === 0) return { title: t("failure.unreachable"), text: t("failure.unreachable_text") };
  if (error.status === 429) {
    return { title: t("failure.too_many"), text: t("failure.too_many_text", { count: error.retryAfter ?? 60 }) };
  }
  if (error.status === 403) return { title: t("failure.forbidden"), text: sentence(error.message) };
  if (error.status === 404) return { title: t("failure.not_found"), text: t("failure.not_found_text") };
  if (error.status >= 500) return { title: t("failure.server"), text: t("failure.server_text") };
  return { title: t("failure.refused"), text: sentence(error.message) };
}
