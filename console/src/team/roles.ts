// What each role may do, as the server says it: the console offers nothing that would be refused.

import type { components } from "../api/schema";

export type Role = components["schemas"]["Role"];
export type Permission = components["schemas"]["Permission"];

/** The mightiest first. */
export const ROLES: Role[] = ["owner", "admin", "manager", "agent", "analyst", "viewer"];

const EVERYBODY = ROLES;
const ADMINS: Role[] = ["owner", "admin"];
const MANAGERS: Role[] = [...ADMINS, "manager"];

/** crates/team/src/permission.rs decides; this repeats it. */
const GRANTED: Record<Permission, Role[]> = {
  "sources:read": [...MANAGERS, "analyst"],
  "sources:write": MANAGERS,
  "signals:read": EVERYBODY,
  "customers:read": [...MANAGERS, "agent", "analyst"],
  "customers:write": [...MANAGERS, "agent"],
  "insights:read": EVERYBODY,
  "insights:write": MANAGERS,
  "questions:write": [...MANAGERS, "agent", "analyst"],
  "actions:read": MANAGERS,
  "actions:write": MANAGERS,
  "team:read": EVERYBODY,
  "team:write": ADMINS,
  "keys:read": ADMINS,
  "keys:write": ADMINS,
  "audit:read": ADMINS,
  "jobs:read": ADMINS,
  "jobs:write": ADMINS,
};

export function permissionsOf(role: Role): Permission[] {
  return (Object.keys(GRANTED) as Permission[]).filter((permission) => GRANTED[permission].includes(role));
}
