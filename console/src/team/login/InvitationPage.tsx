// Accepting an invitation, from the link in its mail: as somebody new, or as the person one is here already.

import { Button, Group, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { queryClient } from "../../api/queries";
import { Failure } from "../../components/Failure";
import { Form, useSend } from "../../components/form";
import { meQuery } from "../me";
import { Door } from "./Door";
import { Password, tokenOfLink, usePasswordRule } from "./fields";
import { LoginSteps } from "./LoginSteps";

export function InvitationPage() {
  const { t } = useTranslation();
  const router = useRouter();
  const [token] = useState(tokenOfLink);
  const [known, setKnown] = useState(false);
  // Nobody is asked to log in for this: whoever is, is offered the short way.
  const me = useQuery({ ...meQuery, retry: false });
  const enter = () => {
    queryClient.clear();
    return router.navigate({ to: "/", replace: true });
  };

  if (!token) return <Door title={t("invitation.no_token")} text={t("invitation.no_token_text")} />;
  if (me.data) return <Accept token={token} name={me.data.name} email={me.data.email} onDone={enter} />;
  if (known) {
    return (
      <Door title={t("invitation.title")} text={t("invitation.log_in")}>
        <LoginSteps onDone={() => me.refetch()} />
        <Group>
          <Button variant="subtle" size="xs" px={0} onClick={() => setKnown(false)}>
            {t("invitation.new_here")}
          </Button>
        </Group>
      </Door>
    );
  }
  return (
    <Door title={t("invitation.title")} text={t("invitation.text")}>
      <Newcomer token={token} onDone={enter} />
      <Group>
        <Button variant="subtle" size="xs" px={0} onClick={() => setKnown(true)}>
          {t("invitation.have_account")}
        </Button>
      </Group>
    </Door>
  );
}

function Newcomer({ token, onDone }: { token: string; onDone: () => unknown }) {
  const { t } = useTranslation();
  const rule = usePasswordRule();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: "", password: "" },
    validate: { name: (value) => (value.trim() ? null : t("fields.name_missing")), password: rule },
  });
  const sending = useSend(
    form,
    (values) => answer(api.POST("/api/v1/team/invitations/acceptance", { body: { token, ...values } })),
    onDone,
  );
  return (
    <Form sending={sending} action={t("invitation.action")} wide>
      <TextInput
        label={t("fields.your_name")}
        autoComplete="name"
        autoFocus
        maxLength={100}
        key={form.key("name")}
        {...form.getInputProps("name")}
      />
      <Password fresh key={form.key("password")} {...form.getInputProps("password")} />
    </Form>
  );
}

function Accept(props: { token: string; name: string; email: string; onDone: () => unknown }) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();

  async function accept() {
    setBusy(true);
    setFailure(undefined);
    try {
      await answer(api.POST("/api/v1/team/invitations/acceptance", { body: { token: props.token } }));
      await props.onDone();
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Door title={t("invitation.title")}>
      <Text>{t("invitation.as", { name: props.name, email: props.email })}</Text>
      {Boolean(failure) && <Failure error={failure} />}
      <Button loading={busy} onClick={accept} fullWidth>
        {t("invitation.accept", { name: props.name })}
      </Button>
    </Door>
  );
}
