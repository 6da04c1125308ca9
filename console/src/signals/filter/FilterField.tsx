// A filter in its text form, with the server's word on it, and a builder for those who do not know the language yet.

import { ActionIcon, Button, Group, TextInput, Tooltip } from "@mantine/core";
import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { sentence } from "../../components/words";
import { AddCondition } from "./AddCondition";
import classes from "./FilterField.module.css";
import { all } from "./text";

interface Props {
  value: string | undefined;
  set: (where: string | undefined) => void;
  /** What the server says is wrong with it. */
  error?: string;
  label?: string;
  placeholder?: string;
}

export function FilterField({ value, set, error, label, placeholder }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState(value ?? "");
  // What the address says counts, whoever changed it: a link, the builder, the way back.
  useEffect(() => setText(value ?? ""), [value]);
  const changed = text.trim() !== (value ?? "");
  const send = (text: string) => set(text.trim() || undefined);
  return (
    <Group gap="xs" align="flex-start" wrap="nowrap" className={classes.row}>
      <TextInput
        className={classes.field}
        classNames={{ input: classes.input }}
        label={label ?? t("signals.filter.label")}
        placeholder={placeholder ?? t("signals.filter.placeholder")}
        value={text}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        maxLength={10_000}
        error={error && sentence(error)}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") send(text);
        }}
        onBlur={() => send(text)}
        rightSection={
          text !== "" && (
            <Tooltip label={t("filter.clear")}>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t("filter.clear")}
                onClick={() => {
                  setText("");
                  set(undefined);
                }}
              >
                <X size={14} />
              </ActionIcon>
            </Tooltip>
          )
        }
      />
      <div className={classes.buttons}>
        {changed && (
          <Button variant="default" onClick={() => send(text)}>
            {t("signals.filter.apply")}
          </Button>
        )}
        <AddCondition add={(condition) => send(all(text, condition))} />
      </div>
    </Group>
  );
}
