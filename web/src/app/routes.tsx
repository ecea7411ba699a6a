/** Every address of the product. */

import { type ComponentType, type ReactNode, Suspense } from "react";
import { Redirect, Route, Router, Switch, useLocation, useParams } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { useSession } from "@/shared/session/session-context";
import { EmptyState } from "@/shared/ui/empty-state";
import { PageSkeleton } from "@/shared/ui/skeletons";
import { Splash } from "@/shared/ui/splash";
import { Failed } from "./failed";
import { Frame } from "./layout/frame";
import { frameMessages } from "./layout/messages";
import { Leaving } from "./leaving";
import { NotFound } from "./not-found";
import {
  AutomationPage,
  AutomationsPage,
  CampaignPage,
  CampaignsPage,
  ConnectionsPage,
  EditTemplatePage,
  EmbedGate,
  InboxPage,
  InvitePage,
  NewTemplatePage,
  NotificationRulePage,
  NotificationsPage,
  OPERATOR,
  ReportsPage,
  ResetPage,
  SETTINGS,
  SignInPage,
  SignUpReturnPage,
  TemplatePage,
  TemplatesPage,
  WebhookPage,
} from "./pages";
import { SessionGate } from "./session-gate";
import { SettingsPage } from "./settings-page";
import { lastTenant, TenantGate } from "./tenant-gate";

export function Routes() {
  const [location] = useLocation();
  return (
    <Failed resetKey={location}>
      <Leaving location={location}>
        <Suspense fallback={<Splash />}>
          <Switch>
            <Route path="/sign-in" component={SignInPage} />
            <Route path="/reset" component={ResetPage} />
            <Route path="/invite/:token" component={InvitePage} />
            {/* The inbox inside somebody else's page: all of it stays below /embed, which alone may be framed. */}
            <Route path="/embed/*?">
              <EmbedGate>
                <Router base="/embed">
                  <SignedIn />
                </Router>
              </EmbedGate>
            </Route>
            <Route>
              <SessionGate>
                <SignedIn />
              </SessionGate>
            </Route>
          </Switch>
        </Suspense>
      </Leaving>
    </Failed>
  );
}

function SignedIn() {
  return (
    <Switch>
      <Route path="/" component={Home} />
      <Route path="/t/:tenant/*?">
        <TenantGate>
          <InTenant />
        </TenantGate>
      </Route>
      <Route path="/operator/:name" component={Operator} />
      <Route path="/connect/whatsapp">
        <Frame tenant={null}>
          <Screen page={SignUpReturnPage} />
        </Frame>
      </Route>
      <Route>
        <Frame tenant={null}>
          <NotFound />
        </Frame>
      </Route>
    </Switch>
  );
}

function InTenant() {
  return (
    <Switch>
      <Route path="/t/:tenant/inbox/:conversation?">
        <Screen page={InboxPage} />
      </Route>
      <Route path="/t/:tenant/connections">
        <Screen page={ConnectionsPage} />
      </Route>
      <Route path="/t/:tenant/templates/new">
        <Screen page={NewTemplatePage} />
      </Route>
      <Route path="/t/:tenant/templates/:template/edit">
        <Screen page={EditTemplatePage} />
      </Route>
      <Route path="/t/:tenant/templates/:template">
        <Screen page={TemplatePage} />
      </Route>
      <Route path="/t/:tenant/templates">
        <Screen page={TemplatesPage} />
      </Route>
      <Route path="/t/:tenant/campaigns">
        <Screen page={CampaignsPage} />
      </Route>
      <Route path="/t/:tenant/campaigns/:campaign">
        <Screen page={CampaignPage} />
      </Route>
      <Route path="/t/:tenant/notifications/rules/:rule">
        <Screen page={NotificationRulePage} />
      </Route>
      <Route path="/t/:tenant/notifications/:view?">
        <Screen page={NotificationsPage} />
      </Route>
      <Route path="/t/:tenant/automations/:automation">
        <Screen page={AutomationPage} />
      </Route>
      <Route path="/t/:tenant/automations">
        <Screen page={AutomationsPage} />
      </Route>
      <Route path="/t/:tenant/reports">
        <Screen page={ReportsPage} />
      </Route>
      <Route path="/t/:tenant/settings/webhooks/:webhook">
        <Screen page={WebhookPage} />
      </Route>
      {Object.entries(SETTINGS).map(([name, { page }]) => (
        <Route path={`/t/:tenant/settings/${name}`} key={name}>
          <SettingsPage current={name}>
            <Screen page={page} />
          </SettingsPage>
        </Route>
      ))}
      <Route path="/t/:tenant/settings" component={ToProfile} />
      <Route path="/t/:tenant" component={ToInbox} />
      <Route component={NotFound} />
    </Switch>
  );
}

function Operator() {
  const { user } = useSession();
  const { name = "" } = useParams<{ name: string }>();
  const known =
    user.is_operator && Object.hasOwn(OPERATOR, name) ? OPERATOR[name as keyof typeof OPERATOR] : null;
  return (
    <Frame tenant={null}>
      {known ? (
        <SettingsPage current={name} operator>
          <Screen page={known.page} />
        </SettingsPage>
      ) : (
        <NotFound />
      )}
    </Frame>
  );
}

/** One screen: its code may still be on the way, and it may fail alone. */
function Screen({ page: Page }: { page: ComponentType }): ReactNode {
  const [location] = useLocation();
  return (
    <Failed resetKey={location}>
      <Suspense fallback={<PageSkeleton />}>
        <Page />
      </Suspense>
    </Failed>
  );
}

function Home() {
  const t = useMessages(frameMessages);
  const { memberships, user } = useSession();
  const tenant = lastTenant(memberships);
  if (tenant) return <Redirect to={`/t/${tenant}/inbox`} replace />;
  if (user.is_operator) return <Redirect to="/operator/tenants" replace />;
  return (
    <Frame tenant={null}>
      <EmptyState title={t.noWorkspace}>{t.noWorkspaceHint}</EmptyState>
    </Frame>
  );
}

function ToInbox() {
  return <Redirect to={`/t/${useParams<{ tenant: string }>().tenant}/inbox`} replace />;
}

function ToProfile() {
  return <Redirect to={`/t/${useParams<{ tenant: string }>().tenant}/settings/profile`} replace />;
}
