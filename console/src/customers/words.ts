// What a customer is called: by name, else by what points to them.

import type { components } from "../api/schema";

export type Customer = components["schemas"]["Customer"];

/** A name that a person would use, if there is one. */
export function nameOf({ traits, identities }: Customer): string | undefined {
  const text = (value: unknown) => (typeof value === "string" && value.trim() !== "" ? value.trim() : undefined);
  const both = [text(traits.first_name), text(traits.last_name)].filter(Boolean).join(" ");
  const email = identities.find(({ kind }) => kind === "email")?.value;
  return text(traits.name) ?? (both || undefined) ?? email;
}
