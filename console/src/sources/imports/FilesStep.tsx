// The first step: files are dropped or chosen, and sent in pieces.

import { Button, Group, Progress, Stack, Text, VisuallyHidden } from "@mantine/core";
import { CircleCheck, FileUp, X } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { answer, api } from "../../api/client";
import { Failure } from "../../components/Failure";
import { Rows } from "../../components/Rows";
import { useSize } from "./Import";
import classes from "./Imports.module.css";
import { sendFile } from "./upload";

interface Sending {
  file: File;
  sent: number;
  /** Once it is there. */
  upload?: string;
  failure?: unknown;
  abort: AbortController;
}

const MOST = 20;

export function FilesStep({ done }: { done: (uploads: string[]) => void }) {
  const { t } = useTranslation();
  const size = useSize();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [files, setFiles] = useState<Sending[]>([]);
  const ready = files.length > 0 && files.every(({ upload }) => upload);

  const update = (file: File, change: Partial<Sending>) =>
    setFiles((all) => all.map((one) => (one.file === file ? { ...one, ...change } : one)));

  async function send(one: Sending) {
    update(one.file, { failure: undefined });
    try {
      const upload = await sendFile(one.file, one.abort.signal, (sent) => update(one.file, { sent }));
      update(one.file, { upload: upload.id, sent: one.file.size });
    } catch (failure) {
      if (!one.abort.signal.aborted) update(one.file, { failure });
    }
  }

  function add(list: FileList | null) {
    const known = new Set(files.map(({ file }) => file.name));
    const added = [...(list ?? [])]
      .filter((file) => !known.has(file.name))
      .slice(0, MOST - files.length)
      .map((file): Sending => ({ file, sent: 0, abort: new AbortController() }));
    setFiles([...files, ...added]);
    // One after the other: two at the same time would only share the way.
    void added.reduce((before, one) => before.then(() => send(one)), Promise.resolve());
  }

  function remove(one: Sending) {
    one.abort.abort();
    setFiles((all) => all.filter(({ file }) => file !== one.file));
    // What cannot be deleted now is forgotten by itself.
    if (one.upload) {
      void answer(api.DELETE("/api/v1/sources/uploads/{upload}", { params: { path: { upload: one.upload } } })).catch(
        () => undefined,
      );
    }
  }

  return (
    <Stack>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button is the first */}
      <div
        className={classes.drop}
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          add(event.dataTransfer.files);
        }}
      >
        <FileUp size={28} aria-hidden />
        <Text fw={500}>{t("imports.drop")}</Text>
        <Text size="sm" c="dimmed" maw={460}>
          {t("imports.drop_text")}
        </Text>
        <VisuallyHidden>
          <label htmlFor="import-files">{t("imports.choose")}</label>
          <input
            id="import-files"
            ref={input}
            type="file"
            multiple
            tabIndex={-1}
            accept=".csv,.tsv,.txt,.json,.jsonl,.ndjson,.parquet"
            onChange={(event) => {
              add(event.currentTarget.files);
              event.currentTarget.value = "";
            }}
          />
        </VisuallyHidden>
        <Button data-create onClick={() => input.current?.click()}>
          {t("imports.choose")}
        </Button>
      </div>
      {files.length > 0 && (
        <Rows label={t("imports.files")}>
          {files.map((one) => (
            <Stack key={one.file.name} gap={6}>
              <Group justify="space-between" wrap="nowrap">
                <Group gap="xs" wrap="nowrap" miw={0}>
                  {one.upload && <CircleCheck size={16} color="var(--mantine-color-teal-6)" aria-hidden />}
                  <Text size="sm" fw={500} truncate>
                    <bdi>{one.file.name}</bdi>
                  </Text>
                  <Text size="sm" c="dimmed" style={{ flex: "none" }}>
                    {size(one.file.size)}
                  </Text>
                </Group>
                <Button
                  size="xs"
                  variant="subtle"
                  color="gray"
                  leftSection={<X size={14} />}
                  aria-label={t("imports.remove_file", { name: one.file.name })}
                  onClick={() => remove(one)}
                >
                  {t("imports.remove")}
                </Button>
              </Group>
              {!one.upload && !one.failure && (
                <Progress
                  size="sm"
                  value={one.file.size > 0 ? (100 * one.sent) / one.file.size : 0}
                  aria-label={t("imports.sending", { name: one.file.name })}
                />
              )}
              {Boolean(one.failure) && <Failure error={one.failure} retry={() => send(one)} />}
            </Stack>
          ))}
        </Rows>
      )}
      <Group justify="flex-end">
        <Button disabled={!ready} onClick={() => done(files.flatMap(({ upload }) => upload ?? []))}>
          {t("imports.to_columns")}
        </Button>
      </Group>
    </Stack>
  );
}
