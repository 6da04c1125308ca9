// Every page of the console. Each is loaded when it is first opened.

import { createRootRouteWithContext, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { Problem } from "../api/problem";
import { queryClient } from "../api/queries";
import { expiry, workspace } from "../api/session";
import { lazyRouteComponent } from "../components/later";
import { readList, readProfile } from "../customers/search";
import { readHome } from "../home/search";
import { readExplore } from "../insights/explore/search";
import { readSignals } from "../signals/search";
import { chosen, meQuery, workspacesQuery } from "../team/me";
import { Crash, Outside } from "./Crash";
import { NotFound } from "./NotFound";
import { Pending } from "./Pending";
import { Shell } from "./Shell";

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
const flag = (value: unknown) => (value === true || value === "true" ? true : undefined);

const root = createRootRouteWithContext()();

// Pages for people who are not logged in.
const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search): { next?: string } => ({ next: text(search.next) }),
  component: lazyRouteComponent(() => import("../team/login/LoginPage"), "LoginPage"),
});
const setup = createRoute({
  getParentRoute: () => root,
  path: "/set-up",
  component: lazyRouteComponent(() => import("../team/login/SetupPage"), "SetupPage"),
});
const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  component: lazyRouteComponent(() => import("../team/login/InvitationPage"), "InvitationPage"),
});
const passwordReset = createRoute({
  getParentRoute: () => root,
  path: "/password",
  component: lazyRouteComponent(() => import("../team/login/PasswordResetPage"), "PasswordResetPage"),
});

const email = createRoute({
  getParentRoute: () => root,
  path: "/e-mail",
  component: lazyRouteComponent(() => import("../team/login/EmailPage"), "EmailPage"),
});

// Everything else stands in the shell and is for people who are.
const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  async beforeLoad({ location }) {
    try {
      const [, page] = await Promise.all([
        queryClient.ensureQueryData(meQuery),
        queryClient.ensureQueryData(workspacesQuery),
      ]);
      const open = chosen(page.items)?.id;
      if (open) workspace.set(open);
      expiry.watching = true;
    } catch (error) {
      if (error instanceof Problem && error.status === 401) {
        throw redirect({ to: "/login", search: { next: location.href === "/" ? undefined : location.href } });
      }
      throw error;
    }
  },
  component: Shell,
  errorComponent: Outside,
});
const home = createRoute({
  getParentRoute: () => shell,
  path: "/",
  validateSearch: readHome,
  component: lazyRouteComponent(() => import("../home/HomePage"), "HomePage"),
});
const explore = createRoute({
  getParentRoute: () => shell,
  path: "/insights/explore",
  validateSearch: readExplore,
  component: lazyRouteComponent(() => import("../insights/explore/ExplorePage"), "ExplorePage"),
});
const journey = createRoute({
  getParentRoute: () => shell,
  path: "/insights/journey",
  component: lazyRouteComponent(() => import("../insights/journey/JourneyPage"), "JourneyPage"),
});
const glossary = createRoute({
  getParentRoute: () => shell,
  path: "/glossary",
  validateSearch: (search): { search?: string } => ({ search: text(search.search) }),
  component: lazyRouteComponent(() => import("../glossary/GlossaryPage"), "GlossaryPage"),
});
const signals = createRoute({
  getParentRoute: () => shell,
  path: "/signals",
  validateSearch: readSignals,
  component: lazyRouteComponent(() => import("../signals/SignalsPage"), "SignalsPage"),
});
const refused = createRoute({
  getParentRoute: () => shell,
  path: "/signals/refused",
  component: lazyRouteComponent(() => import("../signals/RefusedPage"), "RefusedPage"),
});
const customers = createRoute({
  getParentRoute: () => shell,
  path: "/customers",
  validateSearch: readList,
  component: lazyRouteComponent(() => import("../customers/CustomersPage"), "CustomersPage"),
});
const customer = createRoute({
  getParentRoute: () => shell,
  path: "/customers/$customer",
  validateSearch: readProfile,
  component: lazyRouteComponent(() => import("../customers/CustomerPage"), "CustomerPage"),
});
const consent = createRoute({
  getParentRoute: () => shell,
  path: "/customers/consent",
  component: lazyRouteComponent(() => import("../customers/consent/ConsentPage"), "ConsentPage"),
});
const webhooks = createRoute({
  getParentRoute: () => shell,
  path: "/actions/webhooks",
  validateSearch: (search): { create?: true } => ({ create: flag(search.create) }),
  component: lazyRouteComponent(() => import("../actions/webhooks/WebhooksPage"), "WebhooksPage"),
});
const webhook = createRoute({
  getParentRoute: () => shell,
  path: "/actions/webhooks/$webhook",
  validateSearch: (search): { state?: string; delivery?: string } => ({
    state: text(search.state),
    delivery: text(search.delivery),
  }),
  component: lazyRouteComponent(() => import("../actions/webhooks/WebhookPage"), "WebhookPage"),
});
const account = createRoute({
  getParentRoute: () => shell,
  path: "/account",
  component: lazyRouteComponent(() => import("../team/account/AccountPage"), "AccountPage"),
});
const workspacePage = createRoute({
  getParentRoute: () => shell,
  path: "/team/workspace",
  component: lazyRouteComponent(() => import("../team/workspace/WorkspacePage"), "WorkspacePage"),
});
const members = createRoute({
  getParentRoute: () => shell,
  path: "/team/members",
  validateSearch: (search): { invite?: true } => ({ invite: flag(search.invite) }),
  component: lazyRouteComponent(() => import("../team/members/MembersPage"), "MembersPage"),
});
const keys = createRoute({
  getParentRoute: () => shell,
  path: "/team/keys",
  validateSearch: (search): { create?: true } => ({ create: flag(search.create) }),
  component: lazyRouteComponent(() => import("../team/keys/KeysPage"), "KeysPage"),
});
const audit = createRoute({
  getParentRoute: () => shell,
  path: "/team/audit",
  validateSearch: (search): { action?: string; actor?: string; from?: string; until?: string } => ({
    action: text(search.action),
    actor: text(search.actor),
    from: text(search.from),
    until: text(search.until),
  }),
  component: lazyRouteComponent(() => import("../team/audit/AuditPage"), "AuditPage"),
});
const imports = createRoute({
  getParentRoute: () => shell,
  path: "/sources/imports",
  component: lazyRouteComponent(() => import("../sources/imports/ImportsPage"), "ImportsPage"),
});
const newImport = createRoute({
  getParentRoute: () => shell,
  path: "/sources/imports/new",
  validateSearch: (search): { uploads?: string[] } => {
    const uploads = Array.isArray(search.uploads) ? search.uploads.filter((id) => typeof id === "string") : [];
    return uploads.length > 0 ? { uploads } : {};
  },
  component: lazyRouteComponent(() => import("../sources/imports/NewImportPage"), "NewImportPage"),
});
const importPage = createRoute({
  getParentRoute: () => shell,
  path: "/sources/imports/$import",
  component: lazyRouteComponent(() => import("../sources/imports/ImportPage"), "ImportPage"),
});
const jobs = createRoute({
  getParentRoute: () => shell,
  path: "/jobs",
  validateSearch: (search): { state?: string; job?: string } => ({
    state: text(search.state),
    job: text(search.job),
  }),
  component: lazyRouteComponent(() => import("./jobs/JobsPage"), "JobsPage"),
});
const nowhere = createRoute({ getParentRoute: () => shell, path: "/$", component: NotFound });

export const router = createRouter({
  routeTree: root.addChildren([
    login,
    setup,
    invitation,
    passwordReset,
    email,
    shell.addChildren([
      home,
      explore,
      journey,
      glossary,
      signals,
      refused,
      customers,
      customer,
      consent,
      webhooks,
      webhook,
      account,
      workspacePage,
      members,
      keys,
      audit,
      imports,
      newImport,
      importPage,
      jobs,
      nowhere,
    ]),
  ]),
  defaultErrorComponent: Crash,
  defaultPendingComponent: Pending,
  defaultPendingMs: 200,
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
