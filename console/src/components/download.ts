// A file from the server, asked for like everything else: in the open workspace, with an error that can be read.

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "../api/client";
import { workspace } from "../api/session";
import { toast } from "./toast";

export function useDownload() {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);

  async function download(path: string, query: Record<string, string | undefined>, name: string) {
    setBusy(true);
    try {
      const url = new URL(path, location.origin);
      for (const [key, value] of Object.entries(query)) if (value) url.searchParams.set(key, value);
      const chosen = workspace.get();
      const answer = await ask(new Request(url, { headers: chosen ? { "Harken-Workspace": chosen } : {} }));
      if (!answer.ok) throw new Error(answer.statusText);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await answer.blob());
      link.download = name;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch {
      toast(t("failure.download"));
    } finally {
      setBusy(false);
    }
  }

  return { busy, download };
}
