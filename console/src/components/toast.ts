// What was done, said at the edge of the screen.

import { notifications } from "@mantine/notifications";

export function toast(message: string) {
  notifications.show({ message, color: "teal", withBorder: true });
}
