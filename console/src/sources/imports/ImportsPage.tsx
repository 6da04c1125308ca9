// Imports: files that somebody brought here, how far each is, and what came of it.

import { Anchor, Button, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { FileUp, Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { usePages } from "../../api/queries";
import { type Column, DataTable } from "../../components/DataTable";
import { Empty } from "../../components/Empty";
import { Moment } from "../../components/Moment";
import { Page } from "../../components/Page";
import { useMe } from "../../team/me";
import { type Import, ImportState, Starter, sum, useCount } from "./Import";

export function ImportsPage() {
  const { t } = useTranslation();
  const { may } = useMe();
  const count = useCount();
  const mayImport = may("sources:write");
  const imports = usePages<Import>(
    ["imports"],
    (cursor, signal) => answer(api.GET("/api/v1/sources/imports", { params: { query: { cursor } }, signal })),
    { refetchInterval: 5_000 },
  );

  const columns: Column<Import>[] = [
    {
      header: t("imports.files"),
      cell: (one) => (
        <Anchor
          renderRoot={(props) => <Link to="/sources/imports/$import" params={{ import: one.id }} {...props} />}
          size="sm"
          fw={500}
        >
          <bdi>{one.files.map(({ name }) => name).join(", ")}</bdi>
        </Anchor>
      ),
    },
    { header: t("imports.state"), cell: (one) => <ImportState one={one} /> },
    { header: t("imports.rows"), end: true, cell: (one) => count(sum(one, "rows")) },
    { header: t("imports.logged"), end: true, cell: (one) => count(sum(one, "logged")) },
    { header: t("imports.refused"), end: true, cell: (one) => count(sum(one, "refused")) },
    {
      header: t("imports.started"),
      cell: (one) => (
        <Stack gap={0}>
          <Moment at={one.created_at} />
          <Text size="xs" c="dimmed">
            <Starter one={one} />
          </Text>
        </Stack>
      ),
    },
  ];

  const begin = (
    <Button
      data-create
      leftSection={<Plus size={16} />}
      renderRoot={(props) => <Link to="/sources/imports/new" search={{}} {...props} />}
    >
      {t("imports.create")}
    </Button>
  );

  return (
    <Page title={t("pages.imports.title")} about={t("pages.imports.about")} actions={mayImport && begin}>
      <DataTable
        label={t("pages.imports.title")}
        columns={columns}
        pages={imports}
        id={(one) => one.id}
        empty={
          <Empty icon={FileUp} title={t("imports.none")} text={t("imports.none_text")} action={mayImport && begin} />
        }
      />
    </Page>
  );
}
