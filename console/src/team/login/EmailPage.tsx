// Proving that a new e-mail address is one's own, by the link that was sent there.

import { Button, Group } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Failure } from "../../components/Failure";
import { Door } from "./Door";
import { tokenOfLink } from "./fields";

export function EmailPage() {
  const { t } = useTranslation();
  const [token] = useState(tokenOfLink);
  const [state, setState] = useState<"asking" | "busy" | "done">("asking");
  const [failure, setFailure] = useState<unknown>();

  async function confirm() {
    setState("busy");
    setFailure(undefined);
    try {
      await answer(api.POST("/api/v1/team/email-changes/acceptance", { body: { token } }));
      setState("done");
    } catch (error) {
      setFailure(error);
      setState("asking");
    }
  }

  if (!token) return <Door title={t("email.no_token")} text={t("email.no_token_text")} />;
  if (state === "done") {
    return (
      <Door title={t("email.done")} text={t("email.done_text")}>
        <Group>
          <Button component={Link} to="/">
            {t("email.home")}
          </Button>
        </Group>
      </Door>
    );
  }
  return (
    <Door title={t("email.title")} text={t("email.text")}>
      {Boolean(failure) && <Failure error={failure} />}
      <Button loading={state === "busy"} onClick={confirm} fullWidth>
        {t("email.action")}
      </Button>
    </Door>
  );
}
