// What a person decides about the columns of a file, and the map that says so.

import type { components } from "../../api/schema";

export type Seen = components["schemas"]["Seen"];
export type SeenColumn = components["schemas"]["SeenColumn"];
export type ImportMap = components["schemas"]["ImportMap"];
type MapFile = components["schemas"]["ImportMapFile"];
type MapSignal = components["schemas"]["ImportMapSignal"];
export type Becomes = SeenColumn["becomes"];

/** What one column becomes. */
export interface Choice {
  becomes: Becomes;
  /** The name of a property or trait, or the kind of an identity. */
  called: string;
}

/** Everything that is decided about one file. */
export interface Mapping {
  upload: string;
  seen: Seen;
  columns: Record<string, Choice>;
  /** Whether its rows only describe customers. */
  people: boolean;
  kind: string;
  /** The day of all rows, where no column tells it. */
  day: string;
  /** Empty: as ISO 8601 has it. */
  timeFormat: string;
  /** Empty: a point, and nothing between thousands. */
  decimal: string;
  scale: string;
  currency: string;
  channel: string;
  touchpoint: string;
  /** The column by which rows are told apart; empty: everything that is read of them. */
  key: string;
  /** Whether rows without an identity are taken, too. */
  anonymous: boolean;
}

/** Roles that one column alone can have. */
export const SINGLE: Becomes[] = ["time", "kind", "score", "scale", "amount", "currency", "channel", "touchpoint"];

export const IDENTITIES = ["email", "phone", "user_id", "order"];

/** What is decided before anybody has decided: what the server suggests. */
export function suggested(upload: string, seen: Seen): Mapping {
  const file = seen.map.file[0] as MapFile;
  const signal = file.signal?.[0] as MapSignal | undefined;
  const constant = (value: unknown) => (typeof value === "string" ? value : "");
  const columns = seen.columns.map((column): [string, Choice] => [
    column.name,
    { becomes: column.becomes, called: column.called ?? column.name },
  ]);
  return {
    upload,
    seen,
    columns: Object.fromEntries(columns),
    people: !signal?.kind,
    kind: constant(signal?.kind),
    day: "",
    timeFormat: file.time_formats?.[0] ?? "",
    decimal: file.decimal ?? "",
    scale: constant(signal?.scale),
    currency: "",
    channel: "",
    touchpoint: "",
    key: /\{(.+)\}$/.exec(signal?.message_id ?? "")?.[1] ?? "",
    anonymous: signal?.anonymous ?? false,
  };
}

/** The same with another choice for one column; whoever had the role before is kept as a property. */
export function choose(mapping: Mapping, column: string, choice: Choice): Mapping {
  const columns = { ...mapping.columns };
  if (SINGLE.includes(choice.becomes)) {
    for (const [name, other] of Object.entries(columns)) {
      if (name !== column && other.becomes === choice.becomes) {
        columns[name] = { becomes: "property", called: snake(name) };
      }
    }
  }
  columns[column] = choice;
  const next = { ...mapping, columns };
  if (choice.becomes === "time") {
    const formats = mapping.seen.columns.find(({ name }) => name === column)?.time_formats;
    next.timeFormat = formats?.[0] ?? "";
  }
  if (choice.becomes === "kind") next.people = false;
  return next;
}

/** The column that has a role. */
export function having(mapping: Mapping, becomes: Becomes): string | undefined {
  return mapping.seen.columns.find(({ name }) => mapping.columns[name]?.becomes === becomes)?.name;
}

/** `First Name` and `firstName` as `first_name`. */
export function snake(name: string): string {
  const snake = name
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1_$2")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "");
  return snake || name;
}

export type MappingError = "nobody" | "time" | "kind" | "kind_form" | "scale" | "twice";

/** What is missing or contradicts itself, before the server is asked. */
export function errors(mapping: Mapping): MappingError[] {
  const found: MappingError[] = [];
  const has = (becomes: Becomes) => having(mapping, becomes) !== undefined;
  if (!has("identity") && !mapping.anonymous) found.push("nobody");
  if (!has("time") && !mapping.day) found.push("time");
  if (!mapping.people && !has("kind")) {
    if (!mapping.kind) found.push("kind");
    else if (!/^[\p{Ll}\p{Lo}\p{N}]+(_[\p{Ll}\p{Lo}\p{N}]+)*$/u.test(mapping.kind)) found.push("kind_form");
  }
  if (has("score") && !has("scale") && !mapping.scale) found.push("scale");
  for (const becomes of ["identity", "property", "trait"] as const) {
    const names = called(mapping, becomes).map(([name]) => name);
    if (new Set(names).size < names.length && !found.includes("twice")) found.push("twice");
  }
  return found;
}

/** Pairs of name and column. */
function called(mapping: Mapping, becomes: Becomes): [string, string][] {
  return mapping.seen.columns.flatMap(({ name }) => {
    const choice = mapping.columns[name];
    return choice?.becomes === becomes ? [[choice.called || snake(name), name] as [string, string]] : [];
  });
}

function table(mapping: Mapping, becomes: Becomes): Record<string, string> | undefined {
  const pairs = called(mapping, becomes);
  return pairs.length > 0 ? Object.fromEntries(pairs) : undefined;
}

/** The map of several files, with times in this zone. */
export function toMap(mappings: Mapping[], zone: string): ImportMap {
  return { source: "import", zone, file: mappings.map(toFile) };
}

function toFile(mapping: Mapping): MapFile {
  const { seen } = mapping;
  const suggestion = seen.map.file[0] as MapFile;
  const column = (becomes: Becomes) => {
    const name = having(mapping, becomes);
    return name === undefined ? undefined : { column: name };
  };
  const kept = (holds: SeenColumn["holds"]) => {
    const names = seen.columns
      .filter(({ name }) => ["property", "trait"].includes(mapping.columns[name]?.becomes ?? ""))
      .filter((column) => seen.format === "csv" && column.holds === holds)
      .map(({ name }) => name);
    return names.length > 0 ? names : undefined;
  };
  const texts = seen.columns.filter(({ name }) => mapping.columns[name]?.becomes === "text").map(({ name }) => name);
  const score = having(mapping, "score");
  const amount = having(mapping, "amount");
  const kind = mapping.people ? undefined : (column("kind") ?? mapping.kind);
  const prefix = typeof kind === "string" && kind ? kind : "row";
  const signal: MapSignal = {
    kind,
    time: having(mapping, "time") ?? { constant: mapping.day },
    message_id: mapping.key ? `${prefix}:{${mapping.key}}` : undefined,
    anonymous: mapping.anonymous || undefined,
    channel: column("channel") ?? (mapping.channel || undefined),
    touchpoint: column("touchpoint") ?? (mapping.touchpoint || undefined),
    scale: score ? (column("scale") ?? mapping.scale) : undefined,
    score,
    amount,
    currency: amount ? (column("currency") ?? (mapping.currency || undefined)) : undefined,
    text: texts.length > 0 ? texts : undefined,
    properties: table(mapping, "property"),
  };
  return {
    file: suggestion.file,
    format: seen.format,
    delimiter: suggestion.delimiter ?? undefined,
    encoding: suggestion.encoding ?? undefined,
    time_formats: mapping.timeFormat ? [mapping.timeFormat] : undefined,
    decimal: mapping.decimal || undefined,
    number: kept("number"),
    bool: kept("bool"),
    identities: table(mapping, "identity"),
    traits: table(mapping, "trait"),
    signal: [signal],
  };
}
