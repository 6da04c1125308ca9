// What is known about this customer: the latest value of each trait.

import { Code, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Panel } from "../components/Panel";
import { words } from "../components/words";
import classes from "./CustomerPage.module.css";
import { Pair } from "./Identities";

export function Traits({ traits }: { traits: Record<string, unknown> }) {
  const { t } = useTranslation();
  const entries = Object.entries(traits).sort(([one], [other]) => one.localeCompare(other));
  const say = (value: unknown) => {
    if (value === true) return t("figure.yes");
    if (value === false) return t("figure.no");
    if (typeof value === "object") return <Code>{JSON.stringify(value)}</Code>;
    return <bdi>{String(value)}</bdi>;
  };
  return (
    <Panel title={t("customers.profile.traits")}>
      {entries.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t("customers.profile.no_traits")}
        </Text>
      ) : (
        <dl className={classes.pairs}>
          {entries.map(([name, value]) => (
            <Pair key={name} name={words(name)}>
              {say(value)}
            </Pair>
          ))}
        </dl>
      )}
    </Panel>
  );
}
