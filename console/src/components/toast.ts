// What was done, said at the edge of the screen.

import { notifications } from "@mantine/notifications";
import i18n from "../i18n";

export function toast(message: string) {
  notifications.show({
    message,
    color: "teal",
    withBorder: true,
    closeButtonProps: { "aria-label": i18n.t("close") },
  });
}
