// What the addresses of the customers' pages hold.

export interface FindSearch {
  kind?: string;
  value?: string;
}

export interface ProfileSearch {
  kind?: string;
  channel?: string;
  text?: string;
}

const text = (value: unknown) => {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
};

export function readFind(search: Record<string, unknown>): FindSearch {
  return { kind: text(search.kind), value: text(search.value) };
}

export function readProfile(search: Record<string, unknown>): ProfileSearch {
  return { kind: text(search.kind), channel: text(search.channel), text: text(search.text) };
}
