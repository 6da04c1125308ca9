// The live feed: server-sent events read from an ordinary request, which can name the open workspace, as `EventSource` cannot.

import { expiry, workspace } from "../api/session";
import type { Signal } from "./filter/fields";

export type Feed = "joining" | "open" | "lost";

interface Follow {
  where: string;
  /** The sequence number of the last signal that was seen. */
  after: number | undefined;
  /** Several at a time, however fast they come. */
  heard: (signals: Signal[]) => void;
  state: (feed: Feed) => void;
}

/** How long to wait before another try. */
const AGAIN = 2_000;
/** How often the page is drawn anew at most. */
const PAUSE = 250;

/** Follows what is logged until it is told to stop; a stream that breaks off is taken up where it was. */
export function follow({ where, after, heard, state }: Follow): () => void {
  const stop = new AbortController();
  let last = after;
  let waiting: Signal[] = [];

  function take(signal: Signal) {
    last = signal.seq;
    if (waiting.length === 0) {
      setTimeout(() => {
        const signals = waiting;
        waiting = [];
        if (!stop.signal.aborted) heard(signals);
      }, PAUSE);
    }
    waiting.push(signal);
  }

  async function run() {
    while (!stop.signal.aborted) {
      try {
        await once(where, last, stop.signal, take, () => state("open"));
      } catch {
        if (stop.signal.aborted) return;
      }
      state("lost");
      await new Promise((later) => setTimeout(later, AGAIN));
    }
  }

  state("joining");
  void run();
  return () => stop.abort();
}

async function once(
  where: string,
  last: number | undefined,
  stop: AbortSignal,
  take: (signal: Signal) => void,
  opened: () => void,
) {
  const url = new URL("/api/v1/signals/live", location.origin);
  if (where) url.searchParams.set("where", where);
  const headers = new Headers({ Accept: "text/event-stream" });
  const chosen = workspace.get();
  if (chosen) headers.set("Harken-Workspace", chosen);
  if (last !== undefined) headers.set("Last-Event-ID", String(last));
  const response = await fetch(url, { headers, signal: stop });
  if (response.status === 401) return expiry.renewed();
  if (!response.ok || !response.body) throw new Error(response.statusText);
  opened();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (text + value).split("\n\n");
    text = events.pop() ?? "";
    for (const data of events.flatMap(dataOf)) take(JSON.parse(data) as Signal);
  }
}

/** What an event carries; a comment, which keeps the connection alive, carries nothing. */
function dataOf(event: string): string[] {
  const lines = event.split("\n").filter((line) => line.startsWith("data:"));
  return lines.length > 0 ? [lines.map((line) => line.slice(5).trimStart()).join("\n")] : [];
}
