// A file made on this page.

export function save(content: string | Blob, name: string, type = "text/csv") {
  // The mark at the beginning tells spreadsheets that the text is UTF-8.
  const blob = typeof content === "string" ? new Blob(["\uFEFF", content], { type: `${type};charset=utf-8` }) : content;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
