// Keys that save time, and the sheet that lists them. Whoever speaks to their computer can switch single keys off.

import { Kbd, Modal, Stack, Switch, Table, Text } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { createStore, useStore } from "@mantine/store";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../team/me";
import { PAGES } from "./pages";

const sheet = createStore({ opened: false });
export const openShortcuts = () => sheet.setState({ opened: true });

/** A second key counts for so long after `g`. */
const PATIENCE = 1_500;

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

export function Shortcuts({ onNarrow }: { onNarrow: () => void }) {
  const { t } = useTranslation();
  const { may } = useMe();
  const navigate = useNavigate();
  const { opened } = useStore(sheet);
  const [enabled, setEnabled] = useLocalStorage({ key: "harken.shortcuts", defaultValue: true });
  const pages = PAGES.filter((page) => !page.permission || may(page.permission));

  useEffect(() => {
    if (!enabled) return;
    let going = 0;
    function press(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector('[role="dialog"]')) return;
      if (event.timeStamp - going < PATIENCE) {
        going = 0;
        const page = PAGES.find((page) => page.letter === event.key);
        if (page) void navigate({ to: page.to });
      } else if (event.key === "g") {
        going = event.timeStamp;
      } else if (event.key === "?") {
        sheet.setState({ opened: true });
      } else if (event.key === "[") {
        onNarrow();
      } else if (event.key === "c") {
        document.querySelector<HTMLElement>("[data-create]")?.click();
      } else {
        return;
      }
      event.preventDefault();
    }
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [enabled, navigate, onNarrow]);

  const rows: [string[], string][] = [
    [["Ctrl", "K"], t("palette.open")],
    [["?"], t("shortcuts.sheet")],
    [["["], t("shortcuts.narrow")],
    [["c"], t("shortcuts.create")],
    ...pages.map((page): [string[], string] => [
      ["g", page.letter],
      t("shortcuts.go", { page: t(`pages.${page.name}.title`) }),
    ]),
  ];

  return (
    <Modal
      opened={opened}
      onClose={() => sheet.setState({ opened: false })}
      title={t("shortcuts.title")}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Stack>
        <Table withRowBorders={false} horizontalSpacing={0}>
          <Table.Tbody>
            {rows.map(([keys, what]) => (
              <Table.Tr key={what}>
                <Table.Td>{what}</Table.Td>
                <Table.Td ta="end">
                  {keys.map((key, at) => (
                    <span key={key}>
                      {at > 0 && " "}
                      <Kbd>{key}</Kbd>
                    </span>
                  ))}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Switch
          checked={enabled}
          onChange={(event) => setEnabled(event.currentTarget.checked)}
          label={t("shortcuts.enabled")}
          description={<Text size="xs">{t("shortcuts.enabled_text")}</Text>}
        />
      </Stack>
    </Modal>
  );
}
