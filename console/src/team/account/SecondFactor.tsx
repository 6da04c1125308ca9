// The second factor: setting it up, new recovery codes, taking it away.

import { Badge, Button, Checkbox, Code, Group, Modal, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Download, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Copyable, CopyTo } from "../../components/Copyable";
import { Form, useSend } from "../../components/form";
import { Panel } from "../../components/Panel";
import { QrCode } from "../../components/QrCode";
import { toast } from "../../components/toast";
import { Password } from "../login/fields";
import { secondFactorQuery } from "../me";

type Task = "enrol" | "codes" | "remove";

export function SecondFactor() {
  const { t } = useTranslation();
  const { data: standing } = useSuspenseQuery(secondFactorQuery);
  const [task, setTask] = useState<Task>("enrol");
  const [opened, { open, close }] = useDisclosure(false);
  const begin = (task: Task) => () => {
    setTask(task);
    open();
  };

  return (
    <Panel
      title={t("second_factor.title")}
      about={t("second_factor.text")}
      aside={
        <Badge color={standing.enabled ? "teal" : "gray"} leftSection={standing.enabled && <ShieldCheck size={12} />}>
          {t(standing.enabled ? "second_factor.on" : "second_factor.off")}
        </Badge>
      }
    >
      {standing.enabled && (
        <Text size="sm">{t("second_factor.codes_left", { count: standing.recovery_codes_left })}</Text>
      )}
      <Group gap="xs">
        {standing.enabled ? (
          <>
            <Button variant="default" onClick={begin("codes")}>
              {t("second_factor.new_codes")}
            </Button>
            <Button variant="default" onClick={begin("remove")}>
              {t("second_factor.remove")}
            </Button>
          </>
        ) : (
          <Button onClick={begin("enrol")}>{t("second_factor.enrol")}</Button>
        )}
      </Group>
      <Modal
        opened={opened}
        onClose={close}
        size="lg"
        title={t(`second_factor.${task}_title`)}
        closeButtonProps={{ "aria-label": t("close") }}
        closeOnClickOutside={false}
      >
        {task === "enrol" && <Enrol onDone={close} />}
        {task === "codes" && <NewCodes onDone={close} />}
        {task === "remove" && <Remove onDone={close} />}
      </Modal>
    </Panel>
  );
}

function useChanged() {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: secondFactorQuery.queryKey });
}

/** Asks for the password once more: a browser left open is not enough for this, a login by a provider a moment ago is. */
function AskPassword<Answer>(props: {
  text: string;
  action: string;
  color?: string;
  send: (password: string | undefined) => Promise<Answer>;
  onDone: (answer: Answer) => unknown;
}) {
  const { t } = useTranslation();
  const { data: standing } = useSuspenseQuery(secondFactorQuery);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { password: "" },
    validate: { password: (value) => (value || !standing.needs_password ? null : t("fields.password_missing")) },
  });
  const sending = useSend(form, ({ password }) => props.send(password || undefined), props.onDone);
  return (
    <Stack>
      <Text size="sm">{props.text}</Text>
      <Form sending={sending} action={props.action} color={props.color}>
        {standing.needs_password && (
          <Password
            label={t("fields.current_password")}
            data-autofocus
            key={form.key("password")}
            {...form.getInputProps("password")}
          />
        )}
      </Form>
    </Stack>
  );
}

function Enrol({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const changed = useChanged();
  const [secret, setSecret] = useState<{ secret: string; otpauth: string }>();
  const [codes, setCodes] = useState<string[]>();

  if (codes) return <RecoveryCodes codes={codes} onDone={onDone} />;
  if (!secret) {
    return (
      <AskPassword
        text={t("second_factor.enrol_text")}
        action={t("second_factor.go_on")}
        send={(password) => answer(api.POST("/api/v1/team/second-factor", { body: { password } }))}
        onDone={setSecret}
      />
    );
  }
  return (
    <Confirm
      secret={secret}
      onDone={async (codes) => {
        setCodes(codes);
        await changed();
      }}
    />
  );
}

function Confirm({
  secret,
  onDone,
}: {
  secret: { secret: string; otpauth: string };
  onDone: (codes: string[]) => unknown;
}) {
  const { t } = useTranslation();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { code: "" },
    validate: { code: (value) => (value.trim() ? null : t("login.code_missing")) },
  });
  const sending = useSend(
    form,
    ({ code }) =>
      answer(api.POST("/api/v1/team/second-factor/confirmation", { body: { code: code.replace(/\s/g, "") } })),
    ({ recovery_codes }) => onDone(recovery_codes),
  );
  return (
    <Stack>
      <Group align="flex-start" gap="lg">
        <QrCode text={secret.otpauth} label={t("second_factor.qr")} />
        <Stack flex="1 1 14rem" gap="sm" miw={0}>
          <Text size="sm">{t("second_factor.scan")}</Text>
          <Text size="xs" c="dimmed">
            {t("second_factor.by_hand")}
          </Text>
          <Copyable text={secret.secret} label={t("second_factor.secret")} />
        </Stack>
      </Group>
      <Form sending={sending} action={t("second_factor.confirm")}>
        <TextInput
          label={t("login.code")}
          autoComplete="one-time-code"
          inputMode="numeric"
          maxLength={10}
          autoFocus
          key={form.key("code")}
          {...form.getInputProps("code")}
        />
      </Form>
    </Stack>
  );
}

function NewCodes({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const [codes, setCodes] = useState<string[]>();
  if (codes) return <RecoveryCodes codes={codes} onDone={onDone} />;
  return (
    <AskPassword
      text={t("second_factor.codes_text")}
      action={t("second_factor.new_codes")}
      send={(password) => answer(api.POST("/api/v1/team/second-factor/recovery-codes", { body: { password } }))}
      onDone={({ recovery_codes }) => setCodes(recovery_codes)}
    />
  );
}

function Remove({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const changed = useChanged();
  return (
    <AskPassword
      text={t("second_factor.remove_text")}
      action={t("second_factor.remove")}
      color="orange"
      send={(password) => answer(api.POST("/api/v1/team/second-factor/removal", { body: { password } }))}
      onDone={async () => {
        await changed();
        toast(t("second_factor.removed"));
        onDone();
      }}
    />
  );
}

function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const { t } = useTranslation();
  const [kept, setKept] = useState(false);
  const text = codes.join("\n");

  function download() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${t("second_factor.file_head")}\n\n${text}\n`], { type: "text/plain" }));
    link.download = "harken-recovery-codes.txt";
    link.click();
    URL.revokeObjectURL(link.href);
  }

  return (
    <Stack>
      <Text size="sm">{t("second_factor.codes_shown")}</Text>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs">
        {codes.map((code) => (
          <Code key={code} fz="sm" p="xs" ta="center">
            {code}
          </Code>
        ))}
      </SimpleGrid>
      <Group gap="xs">
        <Button size="xs" variant="default" leftSection={<Download size={14} />} onClick={download}>
          {t("second_factor.download")}
        </Button>
        <CopyTo text={text} />
      </Group>
      <Checkbox
        label={t("second_factor.kept")}
        checked={kept}
        onChange={(event) => setKept(event.currentTarget.checked)}
      />
      <Group justify="flex-end">
        <Button disabled={!kept} onClick={onDone}>
          {t("done")}
        </Button>
      </Group>
    </Stack>
  );
}
