// The filter language, written: pieces of a page's state become text that the server reads.

export type Scalar = string | number | boolean | null;

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

export function constant(value: Scalar): string {
  return typeof value === "string" ? quoted(value) : String(value);
}

/** `channel = 'web'`, and `channel is null` for signals without one. */
export function equals(field: string, value: Scalar): string {
  return value === null ? `${field} is null` : `${field} = ${constant(value)}`;
}

export function within(span: { from?: string; to?: string }): string {
  return all(span.from && `occurred_at >= '${span.from}'`, span.to && `occurred_at < '${span.to}'`);
}

/** All of them hold. Empty ones say nothing; what is joined by `or` keeps its parentheses. */
export function all(...parts: (string | undefined | false)[]): string {
  const said = parts.map((part) => (part || "").trim()).filter((part) => part !== "" && part.toLowerCase() !== "all");
  if (said.length < 2) return said[0] ?? "";
  return said.map((part) => (hasOr(part) ? `(${part})` : part)).join(" and ");
}

/** Whether an `or` stands outside of quotes; one inside parentheses costs a superfluous pair, which does no harm. */
function hasOr(text: string): boolean {
  return /\bor\b/i.test(text.replace(/'[^']*'|"[^"]*"/g, ""));
}

/** A field's name: odd parts stand in double quotes. */
export function property(...path: string[]): string {
  return ["properties", ...path.map(part)].join(".");
}

export function trait(name: string): string {
  return `customer.${part(name)}`;
}

const part = (name: string) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);
