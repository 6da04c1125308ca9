// A moment as people say it, with the exact one on hover.

import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { relative } from "./words";

let minute = Date.now();
const listeners = new Set<() => void>();
setInterval(() => {
  minute = Date.now();
  for (const listener of listeners) listener();
}, 30_000);

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

export function Moment({ at, none }: { at: string | undefined | null; none?: string }) {
  const { i18n } = useTranslation();
  const now = useSyncExternalStore(subscribe, () => minute);
  if (!at) return <>{none ?? "–"}</>;
  const date = new Date(at);
  const exact = date.toLocaleString(i18n.language, { dateStyle: "full", timeStyle: "long" });
  return (
    <time dateTime={at} title={exact}>
      {relative(date, new Date(Math.max(now, Date.now() - 30_000)), i18n.language)}
    </time>
  );
}
