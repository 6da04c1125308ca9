// The words of docs/words.md, the one place where they are explained.

import text from "../../../docs/words.md?raw";

export interface Word {
  word: string;
  meaning: string;
}

export const WORDS: Word[] = readWords(text);

/** The rows of the page's table. */
export function readWords(text: string): Word[] {
  return text
    .split("\n")
    .map((line) => /^\| (.+?) \| (.+) \|$/.exec(line))
    .flatMap((row) => (row?.[1] && row[2] && row[1] !== "word" ? [{ word: row[1], meaning: row[2] }] : []));
}

/** A word's place on the page. */
export const anchor = (word: string) => word.toLowerCase().replace(/[^a-z0-9]+/g, "-");

/** Which words each page uses, by its name in `pages.ts`. */
export const ON_PAGES: Record<string, string[]> = {
  home: ["metric", "n", "interval", "low sample", "change", "touchpoint", "promoter, passive, detractor"],
  explore: ["metric", "n", "interval", "low sample", "change", "polarity", "annotation", "question", "touchpoint"],
  signals: ["signal", "kind", "channel", "touchpoint", "scale", "score", "verbatim", "source"],
  refused: ["refused", "signal", "source"],
  customers: ["customer", "identity", "trait", "merge", "signal", "score", "scale"],
  journey: ["touchpoint", "stage", "journey", "channel"],
  annotations: ["annotation"],
  consent: ["topic", "consent", "quiet hours", "contact budget"],
  webhooks: ["webhook", "signal", "kind"],
  workspace: ["workspace"],
  jobs: ["job"],
};
