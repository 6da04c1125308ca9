// Which saved question the explorer shows, whether it still asks the same, and the ways to save it and to the others.

import { Badge, Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Bookmark, Save } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Failure } from "../../components/Failure";
import { toast } from "../../components/toast";
import { useMe } from "../../team/me";
import type { ExploreSearch } from "../explore/search";
import { type AskedQuestion, askedOf, differs, questionQuery, searchOf, useRefreshQuestions } from "./questions";
import { SaveDialog } from "./SaveDialog";
import { SavedDrawer } from "./SavedDrawer";

interface Props {
  search: ExploreSearch;
  /** What the page calls the question that is asked. */
  title: string;
  set: (change: ExploreSearch) => void;
}

export function SavedButtons({ search, title, set }: Props) {
  const { t } = useTranslation();
  const { may } = useMe();
  const [what, setWhat] = useState<AskedQuestion>();
  return (
    <>
      <Button variant="default" leftSection={<Bookmark size={16} />} onClick={() => set({ saved: true })}>
        {t("questions.title")}
      </Button>
      {may("questions:write") && (
        <Button variant="default" leftSection={<Save size={16} />} onClick={() => setWhat(askedOf(search))}>
          {t("questions.save")}
        </Button>
      )}
      <SavedDrawer opened={search.saved === true} close={() => set({ saved: undefined })} />
      <SaveDialog
        what={what}
        suggestion={title}
        close={() => setWhat(undefined)}
        done={({ id }) => set({ question: id })}
      />
    </>
  );
}

/** The name of the question that is open, and what to do when it asks something else by now. */
export function OpenQuestion({ search, set }: Omit<Props, "title">) {
  const { t } = useTranslation();
  const { may } = useMe();
  const refresh = useRefreshQuestions();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const id = search.question;
  const { data: question, error, refetch } = useQuery({ ...questionQuery(id ?? ""), enabled: id !== undefined });
  const bare =
    question !== undefined &&
    search.metric === undefined &&
    Object.values(askedOf(search)).filter(Boolean).length === 1;

  // A link that names the question alone asks it.
  useEffect(() => {
    if (bare) set(searchOf(question));
  }, [bare, question, set]);

  if (!id) return null;
  if (error) return <Failure error={error} retry={refetch} />;
  if (!question || bare) return null;
  const changed = differs(search, question);

  async function keep() {
    setBusy(true);
    setFailure(undefined);
    try {
      const path = { question: id ?? "" };
      await answer(
        api.PATCH("/api/v1/insights/questions/{question}", { params: { path }, body: { asked: askedOf(search) } }),
      );
      await refresh();
      toast(t("questions.kept", question));
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <Group gap="xs">
        <Bookmark size={16} aria-hidden />
        <Text fw={600}>
          <bdi>{question.name}</bdi>
        </Text>
        {question.shared && <Badge color="gray">{t("questions.shared")}</Badge>}
        {changed && (
          <>
            <Text size="sm" c="dimmed">
              {t("questions.changed")}
            </Text>
            {may("questions:write") && (
              <Button size="xs" variant="light" loading={busy} onClick={keep}>
                {t("questions.keep")}
              </Button>
            )}
            <Button size="xs" variant="subtle" color="gray" onClick={() => set(withoutOthers(searchOf(question)))}>
              {t("questions.back")}
            </Button>
          </>
        )}
      </Group>
      {Boolean(failure) && <Failure error={failure} kept />}
    </>
  );
}

/** What the saved question does not say is taken from the address, too. */
function withoutOthers(search: ExploreSearch): ExploreSearch {
  const nothing: ExploreSearch = {
    metric: undefined,
    by: undefined,
    every: undefined,
    where: undefined,
    as: undefined,
    compare: undefined,
    period: undefined,
    from: undefined,
    to: undefined,
  };
  return { ...nothing, ...search };
}
