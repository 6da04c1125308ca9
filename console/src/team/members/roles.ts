// The roles, the mightiest first, as the server knows them.

import type { Role } from "../me";

export const ROLES: Role[] = ["owner", "admin", "manager", "agent", "analyst", "viewer"];
