// A new import, step by step: the files, what their columns mean, what would come of it.

import { Alert, Button, Group, Stack, Stepper, Tabs } from "@mantine/core";
import { useQueries, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ArrowLeft, CircleAlert } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Problem } from "../../api/problem";
import type { components } from "../../api/schema";
import { Failure } from "../../components/Failure";
import { Page } from "../../components/Page";
import { useZone } from "../../insights/periods";
import { ColumnsStep } from "./ColumnsStep";
import { FilesStep } from "./FilesStep";
import classes from "./Imports.module.css";
import { errors, type Mapping, type Seen, suggested, toMap } from "./mapping";
import { PreviewStep } from "./PreviewStep";
import { saveMap } from "./saveMap";

type Preview = components["schemas"]["Preview"];
const route = getRouteApi("/shell/sources/imports/new");

/** What was decided, for somebody who reloads the page, comes back to it, or mends an import that failed. */
const KEPT = "harken-import";

function kept(uploads: string[]): { mappings: Mapping[]; zone: string } | undefined {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    return found?.uploads?.join() === uploads.join() ? found : undefined;
  } catch {
    return undefined;
  }
}

export function NewImportPage() {
  const { t } = useTranslation();
  const { uploads } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title={t("imports.create")} about={t("imports.create_text")}>
      {uploads && uploads.length > 0 ? (
        <Decide key={uploads.join()} uploads={uploads} back={() => navigate({ search: {} })} />
      ) : (
        <>
          <Steps at={0} />
          <FilesStep done={(uploads) => navigate({ search: { uploads } })} />
        </>
      )}
    </Page>
  );
}

function Steps({ at }: { at: number }) {
  const { t } = useTranslation();
  return (
    <Stepper
      active={at}
      size="xs"
      iconSize={28}
      wrap={false}
      classNames={{ stepLabel: classes.step, separator: classes.between }}
    >
      {(["files", "columns", "preview"] as const).map((step, number) => (
        <Stepper.Step
          key={step}
          label={t(`imports.step.${step}`)}
          component="div"
          aria-current={number === at ? "step" : undefined}
        />
      ))}
    </Stepper>
  );
}

/** Everything after the files are here: first they are looked into. */
function Decide({ uploads, back }: { uploads: string[]; back: () => void }) {
  const { t } = useTranslation();
  const looks = useQueries({
    queries: uploads.map((upload) => ({
      queryKey: ["uploads", upload, "look"],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        answer(api.GET("/api/v1/sources/uploads/{upload}/look", { params: { path: { upload } }, signal })),
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  const failed = looks.find(({ isError }) => isError);
  if (failed) {
    const gone = failed.error instanceof Problem && [404, 410].includes(failed.error.status);
    return (
      <Stack>
        {gone ? (
          <Alert color="orange" icon={<CircleAlert size={18} />} title={t("imports.gone")}>
            {t("imports.gone_text")}
          </Alert>
        ) : (
          <Failure error={failed.error} retry={failed.refetch} />
        )}
        <Group>
          <Button variant="default" leftSection={<ArrowLeft size={15} />} onClick={back}>
            {t("imports.other_files")}
          </Button>
        </Group>
      </Stack>
    );
  }
  const seen = looks.flatMap(({ data }) => (data ? [data] : []));
  if (seen.length < uploads.length) {
    return (
      <div aria-busy>
        <Steps at={1} />
      </div>
    );
  }
  return <Mapped uploads={uploads} seen={seen} back={back} />;
}

function Mapped({ uploads, seen, back }: { uploads: string[]; seen: Seen[]; back: () => void }) {
  const { t } = useTranslation();
  const here = useZone();
  const queries = useQueryClient();
  const navigate = route.useNavigate();
  const [{ mappings, zone }, setState] = useState(
    () =>
      kept(uploads) ?? {
        mappings: seen.map((seen, at) => suggested(uploads[at] ?? "", seen)),
        zone: here,
      },
  );
  const [preview, setPreview] = useState<Preview>();
  const [shown, setShown] = useState<"columns" | "preview">("columns");
  const [checked, setChecked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const [open, setOpen] = useState<string | null>(uploads[0] ?? null);

  useEffect(() => {
    sessionStorage.setItem(KEPT, JSON.stringify({ uploads, mappings, zone }));
  }, [uploads, mappings, zone]);

  const body = () => ({ uploads, map: toMap(mappings, zone) });
  const change = (at: number, mapping: Mapping) =>
    setState((state) => ({
      ...state,
      mappings: state.mappings.map((other, index) => (index === at ? mapping : other)),
    }));

  async function attempt(run: () => Promise<unknown>) {
    setBusy(true);
    setFailure(undefined);
    try {
      await run();
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  function check() {
    setChecked(true);
    const wrong = mappings.find((mapping) => errors(mapping).length > 0);
    if (wrong) {
      setOpen(wrong.upload);
      // The first message, wherever it stands by now.
      setTimeout(() => document.querySelector<HTMLElement>("[data-mapping-error]")?.focus());
      return;
    }
    void attempt(async () => {
      setPreview(await answer(api.POST("/api/v1/sources/imports/previews", { body: body() })));
      setShown("preview");
    });
  }

  const start = () =>
    attempt(async () => {
      const started = await answer(api.POST("/api/v1/sources/imports", { body: body() }));
      await queries.invalidateQueries({ queryKey: ["imports"] });
      await navigate({ to: "/sources/imports/$import", params: { import: started.id }, search: {} });
    });

  const fields = failure instanceof Problem ? failure.fields : {};
  const files = mappings.map((mapping, at) => (
    <ColumnsStep
      key={mapping.upload}
      mapping={mapping}
      change={(mapping) => change(at, mapping)}
      zone={zone}
      setZone={(zone) => setState((state) => ({ ...state, zone }))}
      checked={checked}
      fields={fields}
      rejects={preview?.files.filter(({ name }) => name === mapping.seen.name).flatMap(({ rejects }) => rejects) ?? []}
    />
  ));

  if (shown === "preview" && preview) {
    return (
      <>
        <Steps at={2} />
        <PreviewStep preview={preview} />
        {Boolean(failure) && <Failure error={failure} kept />}
        <Group justify="space-between">
          <Button variant="default" leftSection={<ArrowLeft size={15} />} onClick={() => setShown("columns")}>
            {t("imports.back_to_columns")}
          </Button>
          <Group gap="xs">
            <Button variant="default" onClick={() => saveMap(preview.toml, mappings[0]?.seen.name ?? "")}>
              {t("imports.save_map")}
            </Button>
            <Button loading={busy} onClick={start} disabled={preview.files.every(({ signals }) => signals === 0)}>
              {t("imports.start")}
            </Button>
          </Group>
        </Group>
      </>
    );
  }
  return (
    <>
      <Steps at={1} />
      {files.length === 1 ? (
        files
      ) : (
        <Tabs value={open} onChange={setOpen} keepMounted={false}>
          <Tabs.List mb="md">
            {mappings.map(({ upload, seen }) => (
              <Tabs.Tab key={upload} value={upload}>
                <bdi>{seen.name}</bdi>
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {mappings.map(({ upload }, at) => (
            <Tabs.Panel key={upload} value={upload}>
              {files[at]}
            </Tabs.Panel>
          ))}
        </Tabs>
      )}
      {Boolean(failure) && <Failure error={failure} kept />}
      <Group justify="space-between">
        <Button variant="default" leftSection={<ArrowLeft size={15} />} onClick={back}>
          {t("imports.other_files")}
        </Button>
        <Button loading={busy} onClick={check}>
          {t("imports.to_preview")}
        </Button>
      </Group>
    </>
  );
}
