// What the addresses of the customers' pages hold.

export interface ListSearch {
  search?: string;
  sort?: "first_seen";
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

export function readList(search: Record<string, unknown>): ListSearch {
  return { search: text(search.search), sort: search.sort === "first_seen" ? "first_seen" : undefined };
}

export function readProfile(search: Record<string, unknown>): ProfileSearch {
  return { kind: text(search.kind), channel: text(search.channel), text: text(search.text) };
}
