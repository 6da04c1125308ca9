// The words that the open page uses, at its foot: each opens what it means.

import { Group, Popover, Stack, Text, UnstyledButton } from "@mantine/core";
import { useLocation } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { activePage } from "../app/pages";
import { TextLink } from "../components/TextLink";
import { Meaning } from "./Meaning";
import classes from "./PageWords.module.css";
import { anchor, ON_PAGES, WORDS, type Word } from "./words";

export default function PageWords() {
  const { t } = useTranslation();
  const path = useLocation({ select: (location) => location.pathname });
  const named = ON_PAGES[activePage(path)?.name ?? ""] ?? [];
  const words = named.flatMap((name) => WORDS.filter(({ word }) => word === name));
  if (words.length === 0) return null;
  return (
    <Group component="section" aria-label={t("glossary.on_page")} gap="xs" mt="xl" className={classes.line}>
      <Text size="xs" c="dimmed">
        {t("glossary.on_page")}
      </Text>
      {words.map((word) => (
        <Explained key={word.word} word={word} />
      ))}
    </Group>
  );
}

function Explained({ word: { word, meaning } }: { word: Word }) {
  const { t } = useTranslation();
  return (
    <Popover position="top-start" width={300} shadow="md" withinPortal trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton className={classes.word}>{word}</UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap={6}>
          <Text size="sm">
            <Meaning text={meaning} />
          </Text>
          <TextLink to="/glossary" hash={anchor(word)} fz="xs">
            {t("glossary.open")}
          </TextLink>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
