"""The one list of settings as an operator meets them: reader, reference page and ``.env`` come from it."""

from typing import Final

from curbe.infra import setting_values as read
from curbe.infra.setting_values import Setting

_META: Final = "Meta's app"
_KEYS: Final = "Secrets at rest"
_PLACE: Final = "Where Curbe runs"
_WORK: Final = "How it works"
_PEOPLE: Final = "People"
_FILES: Final = "Files"

SETTINGS: Final = (
    Setting(
        name="META_APP_ID",
        group=_META,
        meaning="The id of your app at Meta.",
        make="copy it from the App Dashboard, App settings > Basic",
        read=read.matching(r"[0-9]{5,20}", "an app id (digits only)"),
        required=True,
    ),
    Setting(
        name="META_APP_SECRET",
        group=_META,
        meaning="The secret of that app. Meta signs each webhook with it; one without a valid signature is "
        "refused.",
        make="copy it from the App Dashboard, App settings > Basic > App secret",
        read=read.secret,
        required=True,
        secret=True,
    ),
    Setting(
        name="META_APP_SECRET_PREVIOUS",
        group=_META,
        meaning="The app secret before the current one, still accepted on webhooks while you change it.",
        make="move the old secret here when you reset it, and remove it a week later",
        read=read.secret,
        secret=True,
    ),
    Setting(
        name="META_VERIFY_TOKEN",
        group=_META,
        meaning="The word Meta must say when it verifies the webhook's URL; you enter the same one in the "
        "dashboard.",
        make="openssl rand -hex 32",
        read=read.secret,
        required=True,
        secret=True,
    ),
    Setting(
        name="META_SYSTEM_USER_TOKEN",
        group=_META,
        meaning="A system user's access token, for numbers of your own business: the operator connects them without one. "
        "No tenant can borrow it.",
        make="Business settings > Users > System users > Generate token, with whatsapp_business_management "
        "and whatsapp_business_messaging",
        read=read.secret,
        secret=True,
    ),
    Setting(
        name="META_EMBEDDED_SIGNUP_CONFIG_ID",
        group=_META,
        meaning="The configuration of Embedded Signup. Where it is set, connecting a number begins with a link.",
        make="copy it from the App Dashboard, Facebook Login for Business > Configurations",
        read=read.matching(r"[0-9]{5,20}", "a configuration id (digits only)"),
    ),
    Setting(
        name="META_GRAPH_BASE_URL",
        group=_META,
        meaning="Where the Graph API answers. The sandbox's address goes here while you develop.",
        read=read.graph_base_url,
        default="https://graph.facebook.com",
    ),
    Setting(
        name="META_GRAPH_VERSION",
        group=_META,
        meaning="The version of the Graph API to speak. Meta retires each about two years after it came.",
        read=read.matching(r"v[0-9]{1,3}\.[0-9]", "a version like v25.0"),
        default="v25.0",
    ),
    Setting(
        name="TOKEN_ENCRYPTION_KEY",
        group=_KEYS,
        meaning="The key that encrypts access tokens in the database: 32 random bytes in base64. Keep a copy"
        " apart from the database's backups: without it the stored tokens cannot be read.",
        make="openssl rand -base64 32",
        read=read.encryption_key,
        required=True,
        secret=True,
    ),
    Setting(
        name="TOKEN_ENCRYPTION_KEYS_RETIRED",
        group=_KEYS,
        meaning="Former encryption keys, separated by commas: they open what they sealed, and seal nothing new.",
        make="move the old TOKEN_ENCRYPTION_KEY here when you change it",
        read=read.encryption_keys,
        secret=True,
        unset=(),
    ),
    Setting(
        name="CURBE_PUBLIC_BASE_URL",
        group=_PLACE,
        meaning="The address at which the world reaches this Curbe. Meta's webhook and the connect links are built on it; for real "
        "webhooks it must be https. Where it is not set: http://127.0.0.1 and CURBE_PORT.",
        make="the https address of your reverse proxy or tunnel",
        read=read.base_url,
    ),
    Setting(
        name="CURBE_HOST",
        group=_PLACE,
        meaning="The address to listen on. 0.0.0.0 is every network of the machine: put a TLS proxy before it.",
        read=read.matching(r"[0-9A-Za-z.:_-]+", "a host name or IP address"),
        default="127.0.0.1",
    ),
    Setting(
        name="CURBE_PORT",
        group=_PLACE,
        meaning="The port to listen on; 0 takes any free one.",
        read=read.whole_number(least=0, most=65535),
        default="8080",
    ),
    Setting(
        name="CURBE_TRUSTED_PROXIES",
        group=_PLACE,
        meaning="Whose X-Forwarded-For and X-Forwarded-Proto are believed: the addresses and networks of your reverse "
        "proxies as Curbe sees them, separated by commas. Behind one that is not named, all clients share its "
        "address, and one of them who guesses passwords holds up everybody.",
        read=read.networks,
        default="127.0.0.1,::1",
    ),
    Setting(
        name="CURBE_DATA_DIR",
        group=_PLACE,
        meaning="The folder for what Curbe keeps on disk, the embedded PostgreSQL among it.",
        read=read.directory,
        default="./var/curbe",
    ),
    Setting(
        name="DATABASE_URL",
        group=_PLACE,
        meaning="Your PostgreSQL, as postgresql://user:password@host:5432/curbe, special characters with % escapes. Where it is "
        "not set, an embedded server runs in CURBE_DATA_DIR.",
        read=read.database_url,
        secret=True,
    ),
    Setting(
        name="CURBE_WORKER_PORT",
        group=_WORK,
        meaning="Where the worker of curbe run answers /healthz, /readyz and /metrics, on 127.0.0.1 alone. Where it is not "
        "set, it does so nowhere. curbe init sets it to the port 1000 above that of the web process.",
        read=read.whole_number(least=1, most=65535),
    ),
    Setting(
        name="CURBE_METRICS_TOKEN",
        group=_WORK,
        meaning="The bearer token with which Prometheus reads /metrics from other machines and containers. Where it is not "
        "set, only this machine may.",
        make="openssl rand -hex 32",
        read=read.secret,
        secret=True,
    ),
    Setting(
        name="CURBE_LOG_LEVEL",
        group=_WORK,
        meaning="The least important line that is logged: debug, info, warning or error.",
        read=read.one_of("debug", "info", "warning", "error"),
        default="info",
    ),
    Setting(
        name="CURBE_LOG_FORMAT",
        group=_WORK,
        meaning="json (one object a line, for machines) or console (for people).",
        read=read.one_of("json", "console"),
        default="json",
    ),
    Setting(
        name="CURBE_DEFAULT_COUNTRY",
        group=_WORK,
        meaning="The country, as a two-letter ISO code, of phone numbers typed without their country code: that of "
        "each tenant made from now on without one of its own. Where a tenant has none, such numbers are refused.",
        read=read.country,
    ),
    Setting(
        name="CURBE_WEBHOOK_MAX_PENDING",
        group=_WORK,
        meaning="How many webhooks may wait for their commit at once. Beyond it Curbe answers 503 and Meta "
        "sends them again.",
        read=read.whole_number(least=1, most=1_000_000),
        default="5000",
    ),
    Setting(
        name="CURBE_REQUESTS_PER_KEY",
        group=_WORK,
        meaning="How many requests of the API a minute each key of a tenant may make; what comes faster is answered 429. "
        "0: no limit. The operator's own keys have none. Each process that serves counts for itself.",
        read=read.whole_number(least=0, most=10_000_000),
        default="6000",
    ),
    Setting(
        name="CURBE_REQUESTS_PER_PERSON",
        group=_WORK,
        meaning="The same of each person who signed in, in all their browsers.",
        read=read.whole_number(least=0, most=10_000_000),
        default="3000",
    ),
    Setting(
        name="CURBE_REQUESTS_PER_TENANT",
        group=_WORK,
        meaning="The same of all keys of a tenant together, and once more of all its people together: keys never use up "
        "what its people may.",
        read=read.whole_number(least=0, most=10_000_000),
        default="18000",
    ),
    Setting(
        name="CURBE_REQUESTS_BURST",
        group=_WORK,
        meaning="How much of each of these limits may come at once: what it allows in this time.",
        read=read.duration,
        default="15s",
    ),
    Setting(
        name="CURBE_SOCKETS_PER_KEY",
        group=_WORK,
        meaning="How many WebSockets each key of a tenant, and each person who signed in, may have open at once; one more is "
        "closed with 4429. 0: no limit. The operator's have none. Each process that serves counts for itself.",
        read=read.whole_number(least=0, most=10_000_000),
        default="200",
    ),
    Setting(
        name="CURBE_SOCKETS_PER_TENANT",
        group=_WORK,
        meaning="The same of all keys of a tenant together, and once more of all its people together.",
        read=read.whole_number(least=0, most=10_000_000),
        default="2000",
    ),
    Setting(
        name="CURBE_SEND_RATE_CAP",
        group=_WORK,
        meaning="The most messages a second from one number, where you want fewer than Meta allows it.",
        read=read.whole_number(least=1, most=10_000),
    ),
    Setting(
        name="CURBE_SEND_HEADROOM",
        group=_WORK,
        meaning="How many percent of what Meta takes from a number are left to the messages that come in: Meta counts "
        "them as well.",
        read=read.whole_number(least=0, most=90),
        default="5",
    ),
    Setting(
        name="CURBE_UNKNOWN_AFTER",
        group=_WORK,
        meaning="How long a send may stay without a clear answer before its message is shown as unknown.",
        read=read.duration,
        default="60s",
    ),
    Setting(
        name="CURBE_OUTGOING_WEBHOOK_ORIGINS",
        group=_WORK,
        meaning="Servers within your own network that outgoing webhooks may reach, separated by commas, as http://backend:8000. Any tenant "
        "may name them. Where it is not set, only https servers that the internet reaches are told anything.",
        read=read.origins,
        unset=(),
    ),
    Setting(
        name="CURBE_PUSH_SERVICES",
        group=_WORK,
        meaning="The push services of browsers, through which people are told while no page is open, separated by commas: hosts, *. before "
        "one for all below it, or a server of your own as http://autopush:8000. No other is asked. none: nothing is pushed.",
        read=read.push_services,
        default="fcm.googleapis.com,updates.push.services.mozilla.com,*.push.apple.com,*.notify.windows.com",
    ),
    Setting(
        name="CURBE_SESSION_IDLE",
        group=_PEOPLE,
        meaning="After how long without a request a person has to sign in again. After 30 days everybody has to.",
        read=read.duration,
        default="12h",
    ),
    Setting(
        name="CURBE_ALLOW_HTTP",
        group=_PEOPLE,
        meaning="Whether people may sign in over plain http from other machines. Who can listen in that network "
        "can take over their sessions, so the pages warn of it. On this machine itself it is always allowed.",
        read=read.yes_or_no,
        default="false",
    ),
    Setting(
        name="CURBE_SMTP_URL",
        group=_PEOPLE,
        meaning="The mail server that takes invitations and links to choose another password: smtps:// (encrypted at "
        "once, port 465) or smtp:// (port 587, encrypted by STARTTLS; port 25 and plain only within a private network "
        "and without a password). Where it is not set, links are shown to who may pass them on.",
        make="smtp://user:password@mail.example.org:587, with % escapes for special characters",
        read=read.smtp_url,
        secret=True,
    ),
    Setting(
        name="CURBE_MAIL_FROM",
        group=_PEOPLE,
        meaning="Whom that mail comes from, as Curbe <curbe@example.org>. Where it is not set: curbe at the host of "
        "CURBE_PUBLIC_BASE_URL.",
        read=read.mail_address,
    ),
    Setting(
        name="CURBE_OIDC_ISSUER",
        group=_PEOPLE,
        meaning="Your identity provider (OpenID Connect): the address that it calls issuer. Where it is set, the sign-in "
        "page offers it. Register <CURBE_PUBLIC_BASE_URL>/api/auth/oidc/callback there as the redirect URI.",
        read=read.base_url,
    ),
    Setting(
        name="CURBE_OIDC_CLIENT_ID",
        group=_PEOPLE,
        meaning="What that provider calls this installation.",
        read=read.matching(r"[!-~]{1,255}", "a client id (no spaces)"),
    ),
    Setting(
        name="CURBE_OIDC_CLIENT_SECRET",
        group=_PEOPLE,
        meaning="The secret that goes with it.",
        read=read.secret,
        secret=True,
    ),
    Setting(
        name="CURBE_OIDC_LABEL",
        group=_PEOPLE,
        meaning="What the button on the sign-in page says.",
        read=read.matching(r"\S(?:.{0,58}\S)?", "a label of at most 60 characters"),
        default="SSO",
    ),
    Setting(
        name="CURBE_OIDC_CREATE",
        group=_PEOPLE,
        meaning="Whether somebody whom the provider knows and Curbe does not gets an account. It is in no tenant until "
        "somebody invites it.",
        read=read.yes_or_no,
        default="false",
    ),
    Setting(
        name="CURBE_EMBED_ORIGINS",
        group=_PEOPLE,
        meaning="The sites that may show the inbox within their own pages, separated by commas, as https://host. "
        "Where it is not set, none may.",
        read=read.origins,
        unset=(),
    ),
    Setting(
        name="CURBE_MEDIA_HOSTS",
        group=_FILES,
        meaning="Further addresses that media may be fetched from with a number's access token, separated by "
        "commas, as https://host. Meta's own are known.",
        read=read.origins,
        unset=(),
    ),
    Setting(
        name="CURBE_MEDIA_KEEP_FREE",
        group=_FILES,
        meaning="How much of the disk stays free of files, as 500MiB or 2GiB, so that the database beside them goes on: with "
        "less, none is fetched (they wait) and none is uploaded. 0: they may fill it. Files in a bucket are not meant.",
        read=read.size,
        default="1GiB",
    ),
    Setting(
        name="CURBE_S3_BUCKET",
        group=_FILES,
        meaning="The bucket of an S3-compatible store to keep files in. Where it is not set they lie in the "
        "folder media of CURBE_DATA_DIR, which all processes must then share.",
        read=read.matching(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "a bucket's name"),
    ),
    Setting(
        name="CURBE_S3_ENDPOINT",
        group=_FILES,
        meaning="Where that store answers. Where it is not set: Amazon S3.",
        read=read.base_url,
    ),
    Setting(
        name="CURBE_S3_REGION",
        group=_FILES,
        meaning="The store's region; most that are not Amazon's take any.",
        read=read.matching(r"[a-z0-9-]{2,40}", "a region like eu-west-1"),
        default="us-east-1",
    ),
    Setting(
        name="CURBE_S3_ACCESS_KEY_ID",
        group=_FILES,
        meaning="The id of a key that may list the bucket, and read, write and delete its objects.",
        read=read.secret,
        secret=True,
    ),
    Setting(
        name="CURBE_S3_SECRET_ACCESS_KEY",
        group=_FILES,
        meaning="The secret of that key.",
        read=read.secret,
        secret=True,
    ),
)
