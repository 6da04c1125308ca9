// What points to this customer, the strongest first.

import { Button, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Panel } from "../components/Panel";
import { words } from "../components/words";
import classes from "./CustomerPage.module.css";
import type { Customer } from "./words";

/** Somebody who ordered a hundred times has a hundred identities. */
const FIRST = 6;

export function Identities({ identities }: { identities: Customer["identities"] }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const shown = open ? identities : identities.slice(0, FIRST);
  return (
    <Panel title={t("customers.profile.identities")}>
      {identities.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("customers.profile.no_identities")}
        </Text>
      )}
      <dl className={classes.pairs}>
        {shown.map(({ kind, value }) => (
          <Pair key={`${kind}:${value}`} name={t(`customers.kinds.${kind as "email"}`, { defaultValue: words(kind) })}>
            <bdi>{value}</bdi>
          </Pair>
        ))}
      </dl>
      {shown.length < identities.length && (
        <Button variant="subtle" size="xs" onClick={() => setOpen(true)}>
          {t("customers.profile.more_identities", { count: identities.length })}
        </Button>
      )}
    </Panel>
  );
}

export function Pair({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
