// The annotations of a chart, beneath it: each with the number that its flag carries, and the ways to change them.

import { ActionIcon, Badge, Button, Group, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Flag, Pencil } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { ConfirmButton } from "../../components/ConfirmButton";
import { Failure } from "../../components/Failure";
import { Rows } from "../../components/Rows";
import { toast } from "../../components/toast";
import { useMe } from "../../team/me";
import { dayIn, sayDay } from "../days";
import { type Period, useZone } from "../periods";
import { AnnotationDialog } from "./AnnotationDialog";
import { type Annotation, annotationsQuery } from "./annotations";

export function Annotations({ period }: { period: Period }) {
  const { t, i18n } = useTranslation();
  const { may } = useMe();
  const zone = useZone();
  const queries = useQueryClient();
  const mayChange = may("insights:write");
  const annotations = useQuery(annotationsQuery(period.from, period.to));
  const [edited, setEdited] = useState<Annotation | "new">();
  const items = annotations.data ?? [];
  const refresh = () => queries.invalidateQueries({ queryKey: ["annotations"] });

  async function remove({ id }: Annotation) {
    await answer(api.DELETE("/api/v1/insights/annotations/{annotation}", { params: { path: { annotation: id } } }));
    await refresh();
    toast(t("annotations.removed"));
  }

  if (annotations.isSuccess && items.length === 0 && !mayChange) return null;
  return (
    <section aria-label={t("annotations.title")}>
      {annotations.isError && <Failure error={annotations.error} retry={() => annotations.refetch()} />}
      {items.length > 0 && (
        <Rows label={t("annotations.title")}>
          {items.map((annotation, i) => (
            <Group key={annotation.id} justify="space-between" gap="xs" wrap="nowrap">
              <Text size="sm" miw={0} component="div">
                <Text span c="dimmed" className="numbers">
                  {i + 1} · {sayDay(dayIn(zone, new Date(annotation.at)), i18n.language)}
                </Text>{" "}
                <Badge color={annotation.kind === "incident" ? "orange" : "gray"}>
                  {t(`annotations.kinds.${annotation.kind}`)}
                </Badge>{" "}
                <bdi>{annotation.title}</bdi>
              </Text>
              {mayChange && (
                <Group gap={4} wrap="nowrap">
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={t("annotations.change_named", annotation)}
                    onClick={() => setEdited(annotation)}
                  >
                    <Pencil size={14} />
                  </ActionIcon>
                  <ConfirmButton
                    variant="subtle"
                    color="gray"
                    label={t("annotations.remove")}
                    aria-label={t("annotations.remove_named", annotation)}
                    title={t("annotations.remove_named", annotation)}
                    text={t("annotations.remove_text")}
                    action={t("annotations.remove")}
                    run={() => remove(annotation)}
                  />
                </Group>
              )}
            </Group>
          ))}
        </Rows>
      )}
      {mayChange && (
        <Button
          variant="subtle"
          size="xs"
          mt={items.length > 0 ? "xs" : 0}
          leftSection={<Flag size={14} />}
          onClick={() => setEdited("new")}
        >
          {t("annotations.add")}
        </Button>
      )}
      <AnnotationDialog annotation={edited} day={period.last} close={() => setEdited(undefined)} done={refresh} />
    </section>
  );
}
