// A session that ended mid-work: log in over the page, and everything goes on where it was.

import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { expiry } from "../api/session";
import { LoginSteps } from "../team/login/LoginSteps";
import { useMe } from "../team/me";

export function SessionExpired() {
  const { t } = useTranslation();
  const { person } = useMe();
  const expired = useSyncExternalStore(expiry.subscribe, expiry.isExpired);

  return (
    <Modal
      opened={expired}
      onClose={() => {}}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={t("expired.title")}
      zIndex={400}
    >
      <Stack>
        <Text size="sm">{t("expired.text")}</Text>
        <LoginSteps email={person.email} onDone={() => expiry.renew()} />
        <Group justify="center">
          <Button variant="subtle" color="gray" size="xs" onClick={() => location.assign("/login")}>
            {t("expired.other")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
