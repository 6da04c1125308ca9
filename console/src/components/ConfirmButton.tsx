// A button for what cannot be taken back: it asks first, in words that say what will happen.

import { Button, type ButtonProps, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Failure } from "./Failure";

interface Props extends ButtonProps {
  label: ReactNode;
  /** For screen readers, where the label alone does not say of what. */
  "aria-label"?: string;
  title: string;
  text: ReactNode;
  action: string;
  run: () => Promise<unknown>;
}

export function ConfirmButton({ label, title, text, action, run, ...button }: Props) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" size="xs" {...button} onClick={open}>
        {label}
      </Button>
      <Confirm opened={opened} close={close} title={title} text={text} action={action} run={run} />
    </>
  );
}

interface ConfirmProps {
  opened: boolean;
  close: () => void;
  title: string;
  text: ReactNode;
  action: string;
  run: () => Promise<unknown>;
}

export function Confirm({ opened, close, title, text, action, run }: ConfirmProps) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();

  async function confirm() {
    setBusy(true);
    setFailure(undefined);
    try {
      await run();
      close();
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal opened={opened} onClose={close} title={title} closeButtonProps={{ "aria-label": t("close") }}>
      <Stack>
        <Text size="sm">{text}</Text>
        {Boolean(failure) && <Failure error={failure} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close} data-autofocus>
            {t("cancel")}
          </Button>
          <Button color="orange" loading={busy} onClick={confirm}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
