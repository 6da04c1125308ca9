// The glossary: what stands around docs/words.md, which holds the words themselves.

export const glossary = {
  on_page: "Words on this page",
  means: "{{title}}: what it means",
  open: "Open the glossary",
  search: "Search words and metrics",
  none: "No word and no metric has this in its name or meaning.",
  metrics: "Metrics",
  words: "Words",
  explore: "Explore this metric",
};
