// What a word means: text in which `code` stands between backticks.

import { Code } from "@mantine/core";

export function Meaning({ text }: { text: string }) {
  // Every second part stood between backticks.
  return text.split("`").map((part, i) =>
    i % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never move
      <Code key={i}>{part}</Code>
    ) : (
      part
    ),
  );
}
