// Making something whose secret is shown once: the form, and then what was made, which no slip of the hand closes.

import { Modal } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

interface Props<T> {
  opened: boolean;
  close: () => void;
  /** Above the form, and above what was made. */
  titles: [string, string];
  form: (onMade: (made: T) => void) => ReactNode;
  made: (made: T, close: () => void) => ReactNode;
}

export function CreateDialog<T>({ opened, close, titles, form, made: show }: Props<T>) {
  const { t } = useTranslation();
  const [made, setMade] = useState<T>();
  function leave() {
    setMade(undefined);
    close();
  }
  return (
    <Modal
      opened={opened}
      onClose={leave}
      size="lg"
      title={titles[made ? 1 : 0]}
      closeButtonProps={{ "aria-label": t("close") }}
      closeOnClickOutside={false}
      closeOnEscape={!made}
    >
      {made ? show(made, leave) : form(setMade)}
    </Modal>
  );
}
