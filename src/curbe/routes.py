"""The API's routes, all of them: each feature's controllers, in the order in which the description lists them."""

from typing import Final

from litestar import Controller

from curbe.audit.api import AuditController, PlatformAuditController
from curbe.auth.account_api import AccountController
from curbe.auth.api import KeyController
from curbe.auth.embedding_api import EmbedController, EmbedTokenController
from curbe.auth.factor_api import FactorController
from curbe.auth.oidc_api import OidcController
from curbe.auth.operator_api import OperatorController
from curbe.auth.people_api import PeopleController
from curbe.auth.second_step_api import SecondStepController
from curbe.auth.session_api import SessionController
from curbe.automations.api import AutomationController
from curbe.campaigns.api import CampaignController
from curbe.campaigns.audience_api import AudienceController
from curbe.campaigns.report_api import CampaignReportController
from curbe.connections.api import ConnectionController
from curbe.connections.change_api import ConnectionChangeController
from curbe.connections.registration_api import RegistrationController
from curbe.consent.api import ConsentController
from curbe.desk.api import LabelsController, TeamsController
from curbe.desk.canned_api import CannedRepliesController
from curbe.desk.counts_api import CountsController
from curbe.desk.saved_views_api import SavedViewsController
from curbe.desk.search_api import SearchController
from curbe.inbox.annotations_api import AnnotationsController, MentionsController
from curbe.inbox.api import InboxController
from curbe.inbox.contacts_api import ContactsController
from curbe.inbox.messages_api import MessagesController
from curbe.ingest.api import OperationsController
from curbe.ingest.notice_api import NoticeController
from curbe.media.api import MediaController
from curbe.media.sample_api import TemplateSampleController
from curbe.notifications.api import NotificationController
from curbe.outbound.api import SendController, TypingController
from curbe.outbound.direct_api import DirectController
from curbe.outbound.template_api import TemplateSendController
from curbe.outgoing_webhooks.api import DeliveryController, OutgoingWebhookController
from curbe.push.api import PushController
from curbe.realtime.api import EventsController
from curbe.reports.api import ReportController
from curbe.retention.api import RetentionController
from curbe.retention.erasure_api import ErasureController, ExportController
from curbe.templates.api import TemplateController
from curbe.tenants.api import TenantController

ROUTES: Final[list[type[Controller]]] = [
    SessionController,
    SecondStepController,
    EmbedController,
    EmbedTokenController,
    OidcController,
    FactorController,
    AccountController,
    PeopleController,
    OperatorController,
    TenantController,
    KeyController,
    AuditController,
    PlatformAuditController,
    ConnectionController,
    ConnectionChangeController,
    RegistrationController,
    InboxController,
    MessagesController,
    AnnotationsController,
    MentionsController,
    CountsController,
    TeamsController,
    LabelsController,
    CannedRepliesController,
    SavedViewsController,
    SearchController,
    PushController,
    ContactsController,
    ConsentController,
    SendController,
    TypingController,
    DirectController,
    MediaController,
    TemplateController,
    CampaignController,
    AudienceController,
    ReportController,
    TemplateSampleController,
    CampaignReportController,
    TemplateSendController,
    NotificationController,
    AutomationController,
    EventsController,
    OutgoingWebhookController,
    DeliveryController,
    OperationsController,
    NoticeController,
    RetentionController,
    ErasureController,
    ExportController,
]
