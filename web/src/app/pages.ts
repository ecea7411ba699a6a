/** Every screen, loaded when it is first opened. */

import type { ComponentType, LazyExoticComponent } from "react";
import { part } from "@/shared/ui/part";

type Page<Props extends object = object> = LazyExoticComponent<ComponentType<Props>>;

function page<Name extends string, Props extends object>(
  load: () => Promise<Record<Name, ComponentType<Props>>>,
  name: Name,
): Page<Props> {
  return part(async () => (await load())[name]);
}

export const SignInPage = page(() => import("@/features/auth/sign-in-page"), "SignInPage");
export const ResetPage = page(() => import("@/features/auth/reset-page"), "ResetPage");
export const InvitePage = page(() => import("@/features/auth/invite-page"), "InvitePage");
export const EmbedGate = page(() => import("@/features/auth/embed-gate"), "EmbedGate");

export const InboxPage = page(() => import("./inbox-page"), "InboxPage");
export const ConnectionsPage = page(
  () => import("@/features/connections/connections-page"),
  "ConnectionsPage",
);

export const TemplatesPage = page(() => import("@/features/templates/templates-page"), "TemplatesPage");
export const TemplatePage = page(() => import("@/features/templates/template-page"), "TemplatePage");
export const NewTemplatePage = page(() => import("@/features/templates/editor-page"), "NewTemplatePage");
export const EditTemplatePage = page(() => import("@/features/templates/editor-page"), "EditTemplatePage");
export const CampaignsPage = page(() => import("@/features/campaigns/campaigns-page"), "CampaignsPage");
export const CampaignPage = page(() => import("@/features/campaigns/campaign-page"), "CampaignPage");
export const NotificationsPage = page(
  () => import("@/features/notifications/notifications-page"),
  "NotificationsPage",
);
export const NotificationRulePage = page(
  () => import("@/features/notifications/rule-page"),
  "NotificationRulePage",
);
export const AutomationsPage = page(
  () => import("@/features/automations/automations-page"),
  "AutomationsPage",
);
export const AutomationPage = page(() => import("@/features/automations/automation-page"), "AutomationPage");
export const WebhookPage = page(() => import("@/features/admin/webhook-page"), "WebhookPage");
export const ReportsPage = page(() => import("@/features/reports/reports-page"), "ReportsPage");

export const SignUpReturnPage = page(
  () => import("@/features/connections/sign-up-return-page"),
  "SignUpReturnPage",
);

export type SettingsName =
  | "profile"
  | "security"
  | "general"
  | "people"
  | "teams"
  | "labels"
  | "canned"
  | "keywords"
  | "consents"
  | "keys"
  | "webhooks"
  | "audit";

/** /t/:tenant/settings/<name>; `scope` is what the person must hold to see it. */
export const SETTINGS: Record<SettingsName, { page: Page; scope?: string }> = {
  profile: { page: page(() => import("@/features/profile/profile-page"), "ProfilePage") },
  security: { page: page(() => import("@/features/auth/security-page"), "SecurityPage") },
  general: {
    page: page(() => import("@/features/admin/general-page"), "GeneralPage"),
    scope: "tenants:write",
  },
  people: { page: page(() => import("@/features/admin/people-page"), "PeoplePage"), scope: "people:write" },
  teams: { page: page(() => import("@/features/admin/teams-page"), "TeamsPage"), scope: "desk:write" },
  labels: { page: page(() => import("@/features/admin/labels-page"), "LabelsPage"), scope: "desk:write" },
  canned: { page: page(() => import("@/features/admin/canned-page"), "CannedPage"), scope: "desk:write" },
  keywords: {
    page: page(() => import("@/features/consent/keywords-page"), "KeywordsPage"),
    scope: "consent:manage",
  },
  consents: {
    page: page(() => import("@/features/consent/imports-page"), "ImportsPage"),
    scope: "consent:manage",
  },
  keys: { page: page(() => import("@/features/admin/keys-page"), "KeysPage"), scope: "keys:write" },
  webhooks: {
    page: page(() => import("@/features/admin/webhooks-page"), "WebhooksPage"),
    scope: "outgoing-webhooks:write",
  },
  audit: { page: page(() => import("@/features/admin/audit-page"), "AuditPage"), scope: "audit:read" },
};

/** /operator/<name> */
export const OPERATOR = {
  tenants: { page: page(() => import("@/features/operator/tenants-page"), "TenantsPage") },
  users: { page: page(() => import("@/features/operator/users-page"), "UsersPage") },
  quarantine: { page: page(() => import("@/features/operator/quarantine-page"), "QuarantinePage") },
  audit: { page: page(() => import("@/features/admin/platform-audit-page"), "PlatformAuditPage") },
} as const satisfies Record<string, { page: Page }>;
