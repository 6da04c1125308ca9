// The pages that the navigation, the command palette and the shortcuts lead to, on one page.

import {
  Activity,
  AudioLines,
  BookOpen,
  Building2,
  ChartLine,
  CircleSlash,
  Contact,
  FileUp,
  House,
  KeyRound,
  type LucideIcon,
  MailCheck,
  ScrollText,
  UserRound,
  Users,
  Waypoints,
  Webhook,
} from "lucide-react";
import type { Permission } from "../team/roles";

export type PageName =
  | "home"
  | "explore"
  | "signals"
  | "refused"
  | "customers"
  | "glossary"
  | "consent"
  | "journey"
  | "webhooks"
  | "workspace"
  | "imports"
  | "members"
  | "keys"
  | "jobs"
  | "audit"
  | "account";

export interface PageEntry {
  name: PageName;
  to:
    | "/"
    | "/insights/explore"
    | "/insights/journey"
    | "/glossary"
    | "/signals"
    | "/signals/refused"
    | "/customers"
    | "/customers/consent"
    | "/actions/webhooks"
    | "/team/workspace"
    | "/sources/imports"
    | "/team/members"
    | "/team/keys"
    | "/jobs"
    | "/team/audit"
    | "/account";
  icon: LucideIcon;
  /** Which part of the navigation it stands in; the account is reached through the person's own menu. */
  group: "start" | "signals" | "customers" | "insights" | "actions" | "settings" | "person";
  /** Who sees it; everybody, where it is not said. */
  permission?: Permission;
  /** Typed after `g`. */
  letter: string;
}

export const PAGES: PageEntry[] = [
  { name: "home", to: "/", icon: House, group: "start", letter: "h" },
  { name: "signals", to: "/signals", icon: AudioLines, group: "signals", permission: "signals:read", letter: "i" },
  {
    name: "refused",
    to: "/signals/refused",
    icon: CircleSlash,
    group: "signals",
    permission: "sources:read",
    letter: "r",
  },
  { name: "customers", to: "/customers", icon: Contact, group: "customers", permission: "customers:read", letter: "c" },
  {
    name: "explore",
    to: "/insights/explore",
    icon: ChartLine,
    group: "insights",
    permission: "insights:read",
    letter: "e",
  },
  { name: "glossary", to: "/glossary", icon: BookOpen, group: "insights", letter: "d" },
  {
    name: "webhooks",
    to: "/actions/webhooks",
    icon: Webhook,
    group: "actions",
    permission: "actions:read",
    letter: "w",
  },
  {
    name: "workspace",
    to: "/team/workspace",
    icon: Building2,
    group: "settings",
    permission: "team:read",
    letter: "s",
  },
  {
    name: "journey",
    to: "/insights/journey",
    icon: Waypoints,
    group: "settings",
    permission: "insights:read",
    letter: "p",
  },
  {
    name: "consent",
    to: "/customers/consent",
    icon: MailCheck,
    group: "settings",
    permission: "customers:read",
    letter: "o",
  },
  {
    name: "imports",
    to: "/sources/imports",
    icon: FileUp,
    group: "settings",
    permission: "sources:read",
    letter: "u",
  },
  { name: "members", to: "/team/members", icon: Users, group: "settings", permission: "team:read", letter: "t" },
  { name: "keys", to: "/team/keys", icon: KeyRound, group: "settings", permission: "keys:read", letter: "k" },
  { name: "jobs", to: "/jobs", icon: Activity, group: "settings", permission: "jobs:read", letter: "j" },
  { name: "audit", to: "/team/audit", icon: ScrollText, group: "settings", permission: "audit:read", letter: "a" },
  { name: "account", to: "/account", icon: UserRound, group: "person", letter: "m" },
];

/** The page that an address belongs to: the one whose own address is the longest beginning of it. */
export function activePage(path: string): PageEntry | undefined {
  return PAGES.filter(({ to }) => path === to || (to !== "/" && path.startsWith(`${to}/`)))
    .sort((one, other) => other.to.length - one.to.length)
    .at(0);
}
