// The roles and the permissions that there are. Which role may what, the server says: see `MyWorkspace`.

import type { components } from "../api/schema";

export type Role = components["schemas"]["Role"];
export type Permission = components["schemas"]["Permission"];

/** The mightiest first. */
export const ROLES: Role[] = ["owner", "admin", "manager", "agent", "analyst", "viewer"];
