"""The world as Meta would hold it: apps, WABAs, numbers, tokens, people, media, templates. Plain records."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal

import msgspec

MESSAGING: Final = "whatsapp_business_messaging"
MANAGEMENT: Final = "whatsapp_business_management"
ALL_SCOPES: Final = (MANAGEMENT, MESSAGING, "business_management")
PORTFOLIO_ID: Final = "400000000000001"  # BSUIDs are scoped to it

Style = Literal["v23", "v24"]


class WebhookBehaviour(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How webhooks reach a callback, set per app or per number."""

    batch_size: int = 1  # updates per body, 1 to 1000
    flush_ms: int = 0  # how long a batch waits to fill
    duplicate_probability: float = 0.0  # chance that a body is delivered a second time
    reorder_ms: int = 0  # each body is held back by a random time up to this
    delay_min_ms: int = 20  # from one status to the next
    delay_max_ms: int = 80
    statuses: tuple[str, ...] = ("sent", "delivered", "read")
    payload_style: Style = "v24"  # v23 still carries a conversation object
    before_answer: bool = False  # statuses leave before the send is answered
    free_service: bool = False  # service messages cost nothing, as until the end of September 2026
    user_ids: bool = True  # BSUIDs beside phone numbers, as since April 2026


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Switches of the whole sandbox, changed with ``PATCH /sandbox/settings``."""

    enforce_window: bool = True  # free-form messages need an open customer service window
    closed_window_as: Literal["status", "error"] = "status"  # how 131047 is reported
    enforce_throughput: bool = True  # 130429
    enforce_pair_rate: bool = True  # 131056
    us_marketing_pause: bool = True  # marketing templates to +1 fail with 131049, as since April 2025
    prepend_country_code: bool = False  # read a `to` without "+" as a national number
    retry_scale: float = 1.0  # multiplies the pauses between webhook retries and the 7 days of trying
    webhook_timeout_ms: int = 20_000
    connections_per_callback: int = 50
    template_review_ms: int = 1_500  # from PENDING to APPROVED
    templates_per_waba: int = 6_000  # 250 where the business is not verified
    media_url_seconds: int = 300
    hidden_answer_ms: int = 500  # how long a send is held back when its statuses go first


@dataclass(slots=True)
class App:
    """One Meta app: where webhooks go and what signs them."""

    id: str
    secret: str
    name: str = "Sandbox app"
    callback_url: str = ""
    verify_token: str = ""
    require_app_secret: bool = False
    behaviour: WebhookBehaviour | None = None


@dataclass(slots=True)
class Override:
    """An alternate callback of a WABA or a number, for one app."""

    callback_uri: str
    verify_token: str


@dataclass(slots=True)
class Waba:
    """One WhatsApp Business Account; ``subscribed`` maps app ids to their override, if any."""

    id: str
    name: str
    currency: str = "EUR"
    timezone_id: str = "1"
    country: str = "ES"
    account_review_status: str = "APPROVED"
    business_verification_status: str = "verified"
    disable_marketing_messages_on_cloud_api: bool = False
    can_send_message: str = "AVAILABLE"  # or LIMITED, BLOCKED: what its health_status and its numbers' say
    health_errors: list[dict[str, Any]] = field(default_factory=list)
    subscribed: dict[str, Override | None] = field(default_factory=dict)


@dataclass(slots=True)
class PhoneNumber:
    """One business number."""

    id: str
    waba_id: str
    display_phone_number: str
    verified_name: str
    country: str = "ES"
    level: str = "STANDARD"
    quality_rating: str = "GREEN"
    status: str = "CONNECTED"
    code_verification_status: str = "VERIFIED"
    name_status: str = "APPROVED"
    is_on_biz_app: bool = False
    messaging_limit: str = "TIER_2K"
    pin: str = ""
    profile: dict[str, Any] = field(default_factory=dict)
    overrides: dict[str, Override] = field(default_factory=dict)  # by app id
    behaviour: WebhookBehaviour | None = None
    registrations: list[datetime] = field(default_factory=list)
    synced: set[str] = field(default_factory=set)  # what the WhatsApp Business app has shared: once each
    onboarded_at: datetime | None = None  # by a sign-up; None: just now

    @property
    def digits(self) -> str:
        """The number as webhooks write it."""
        return "".join(filter(str.isdigit, self.display_phone_number))

    @property
    def messages_per_second(self) -> int:
        """The throughput limit [throughput page, Sep 2026]: 20 in coexistence, 80, or 1,000."""
        if self.is_on_biz_app:
            return 20
        return 1000 if self.level == "HIGH" else 80


@dataclass(slots=True)
class Token:
    """One access token: whose it is, what it may read, until when."""

    token: str
    app_id: str
    scopes: tuple[str, ...] = ALL_SCOPES
    waba_ids: tuple[str, ...] = ()  # "*" for every one
    phone_number_ids: tuple[str, ...] = ()  # beside those of the WABAs
    expires_at: datetime | None = None
    issued_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    revoked: bool = False
    user_id: str = "500000000000001"
    type: str = "SYSTEM_USER"  # or USER: a person's
    is_app_token: bool = False

    def reads_waba(self, waba_id: str) -> bool:
        """Whether the owner of this token granted it the WABA."""
        return waba_id in self.waba_ids or "*" in self.waba_ids


@dataclass(slots=True)
class Media:
    """One file, uploaded by a business or sent by a person."""

    id: str
    phone_number_id: str
    mime_type: str
    content: bytes
    sha256: str  # hex
    expires_at: datetime
    filename: str = ""
    voice: bool = False


@dataclass(slots=True)
class Template:
    """One message template in one language."""

    id: str
    waba_id: str
    name: str
    language: str
    category: str
    components: list[dict[str, Any]]
    status: str = "PENDING"
    parameter_format: str = "POSITIONAL"
    rejected_reason: str = "NONE"
    correct_category: str | None = None  # the one that Meta announces
    quality: str = "UNKNOWN"
    message_send_ttl_seconds: int | None = None
    edited_ats: list[datetime] = field(default_factory=list)  # while it was approved


@dataclass(slots=True)
class Upload:
    """A file on its way by resumable upload, for an app."""

    app_id: str
    name: str
    mime_type: str
    size: int
    received: bytes = b""


@dataclass(slots=True)
class Person:
    """Somebody with WhatsApp on their phone."""

    wa_id: str
    name: str = ""
    bsuid: str = ""
    parent_bsuid: str = ""  # of a business with several portfolios
    username: str = ""
    phone_hidden: bool = False
    reads: bool = True
    read_after_ms: int = 200
    kind: str = "silent"  # silent, auto_reply, echo, chatty
    reply_text: str = ""
    reply_delay_ms: int = 800
    every_ms: int = 15_000  # how often a chatty person starts to write
    writes_to: str = ""  # the phone_number_id a chatty person writes to
    stopped_marketing: bool = False
    blocked_numbers: set[str] = field(default_factory=set)
    thread: list[dict[str, Any]] = field(default_factory=list)  # what this person's phone shows, newest last
    received: dict[str, Any] = field(default_factory=dict)  # wamid -> Sent, of what the phone still shows
    read_up_to: dict[str, str] = field(default_factory=dict)  # phone_number_id -> wamid the business has read
    typing_until: dict[str, datetime] = field(
        default_factory=dict
    )  # phone_number_id -> when the dots go away


@dataclass(slots=True)
class World:
    """Everything above, by id."""

    seed: int
    settings: Settings = field(default_factory=Settings)
    apps: dict[str, App] = field(default_factory=dict)
    wabas: dict[str, Waba] = field(default_factory=dict)
    numbers: dict[str, PhoneNumber] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)  # by wa_id
    user_ids: dict[str, str] = field(default_factory=dict)  # BSUID -> wa_id
    media: dict[str, Media] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)  # by session
    handles: dict[str, Upload] = field(default_factory=dict)  # of what was uploaded whole
    codes: dict[str, str] = field(default_factory=dict)  # Embedded Signup code -> token
    windows: dict[tuple[str, str], datetime] = field(
        default_factory=dict
    )  # (phone_number_id, wa_id): last wrote
    free_entries: dict[tuple[str, str], datetime] = field(default_factory=dict)  # ... when they came by an ad
    counts: Counter[str] = field(default_factory=Counter)
    chance: random.Random = field(default_factory=random.Random)  # seeded: faults, delays, words
    entropy: random.Random = field(default_factory=random.Random)  # not seeded: ids never come again
    last_ids: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Start the world's own chance from its seed."""
        self.chance.seed(self.seed)

    def new_id(self, first_digit: str) -> str:
        """Return the next free fifteen-digit id; the first digit tells people what it is of."""
        while True:
            self.last_ids[first_digit] += 1
            found = f"{first_digit}{self.last_ids[first_digit]:014d}"
            taken = (self.apps, self.wabas, self.numbers, self.media, self.templates)
            if not any(found in objects for objects in taken):
                return found

    def new_media_id(self) -> str:
        """Return an id that no earlier run of the sandbox is likely to have given out."""
        return f"7{self.entropy.randrange(10**14):014d}"

    def behaviour_of(self, number: PhoneNumber, app: App | None = None) -> WebhookBehaviour:
        """Return how webhooks about ``number`` behave: its own way, else the app's, else the default."""
        return number.behaviour or (app.behaviour if app else None) or _DEFAULT_BEHAVIOUR

    def add_person(self, person: Person) -> None:
        """Put somebody into the world, findable by number and by BSUID."""
        self.people[person.wa_id] = person
        self.user_ids[person.bsuid] = person.wa_id

    def person(self, wa_id_or_bsuid: str) -> Person | None:
        """Return who has this number or BSUID, or None."""
        wa_id = self.user_ids.get(wa_id_or_bsuid, wa_id_or_bsuid)
        return self.people.get(wa_id)


_DEFAULT_BEHAVIOUR: Final = WebhookBehaviour()
