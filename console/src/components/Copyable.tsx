// Text to be copied: a key, a secret, a snippet of code.

import { Button, Code, CopyButton, Group, Tabs } from "@mantine/core";
import { Check, Copy } from "lucide-react";
import { useTranslation } from "react-i18next";
import classes from "./Copyable.module.css";

export function Copyable({ text, label }: { text: string; label: string }) {
  return (
    <Group gap="xs" wrap="nowrap" className={classes.line}>
      <Code className={classes.value} aria-label={label}>
        {text}
      </Code>
      <CopyTo text={text} />
    </Group>
  );
}

export function CopyTo({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <CopyButton value={text} timeout={2000}>
      {({ copied, copy }) => (
        <Button
          size="xs"
          variant="default"
          onClick={copy}
          leftSection={copied ? <Check size={14} /> : <Copy size={14} />}
          style={{ flex: "none" }}
        >
          <span aria-live="polite">{copied ? t("copied") : t("copy")}</span>
        </Button>
      )}
    </CopyButton>
  );
}

/** The same call in several languages, to be pasted. */
export function Snippets({ snippets }: { snippets: { name: string; code: string }[] }) {
  return (
    <Tabs defaultValue={snippets[0]?.name} variant="default">
      <Tabs.List>
        {snippets.map(({ name }) => (
          <Tabs.Tab key={name} value={name}>
            {name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {snippets.map(({ name, code }) => (
        <Tabs.Panel key={name} value={name} pt="sm">
          <div className={classes.snippet}>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
            <pre tabIndex={0}>
              <code>{code}</code>
            </pre>
            <div className={classes.copy}>
              <CopyTo text={code} />
            </div>
          </div>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
