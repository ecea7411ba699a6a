"""What a process counts and times, for Prometheus: one ``Metrics`` a process, passed on from its root."""

from enum import Enum
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

# Seconds. Meta wants the median of answers under 0.25 and less than one in a hundred over 1.
_ANSWER: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_WORK: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_LAG: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 3600.0)
_COUNTS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


class Part(Enum):
    """What a process may do, and count."""

    INTAKE = "intake"
    APPLY = "apply"
    SEND = "send"
    MEDIA = "media"
    SERVE = "serve"


WEB: Final = frozenset({Part.INTAKE, Part.SERVE})
WORKER: Final = frozenset({Part.APPLY, Part.SEND, Part.MEDIA})


class Metrics:
    """Every metric of the product. No label names a tenant, a number or a person."""

    def __init__(self, parts: frozenset[Part] = frozenset(Part)) -> None:
        """Only ``parts`` are shown: what a process never counts would look like a zero."""
        self.registry: Final = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self.registry)
        declared = {
            Part.INTAKE: self._intake,
            Part.APPLY: self._apply,
            Part.SEND: self._send,
            Part.MEDIA: self._media,
            Part.SERVE: self._serve,
        }
        for part, declare in declared.items():
            declare(self.registry if part in parts else None)

    def render(self) -> tuple[bytes, str]:
        """Return the text of ``/metrics`` and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST

    def _intake(self, into: CollectorRegistry | None) -> None:
        self.webhooks_received = self._counter(
            "webhooks_received", "Webhooks committed and answered 200.", into
        )
        self.webhooks_refused = self._counter(
            "webhooks_refused", "Webhooks not taken, by reason.", into, "reason"
        )
        _begin(self.webhooks_refused, "reason", "not_stored", "bad_signature")
        self.webhook_ack_seconds = self._times(
            "webhook_ack_seconds", "From a webhook's headers to its 200.", into, _ANSWER
        )
        self.webhook_batch_size = self._times("webhook_batch_size", "Webhooks in one commit.", into, _COUNTS)
        self.webhooks_pending = self._gauge(
            "webhooks_pending", "Webhooks that wait for their commit now.", into
        )

    def _apply(self, into: CollectorRegistry | None) -> None:
        self.events_applied = self._counter(
            "events_applied",
            "Messages, statuses and notices taken from webhooks, by what became of them and why.",
            into,
            "outcome",
            "reason",
        )
        self.apply_batch_seconds = self._times(
            "apply_batch_seconds", "Time to apply one batch of webhooks.", into, _WORK
        )
        self.apply_lag_seconds = self._times(
            "apply_lag_seconds", "From a webhook's commit to its effect.", into, _LAG
        )
        self.apply_backlog_seconds = self._gauge(
            "apply_backlog_seconds",
            "Age of the oldest webhook that is not applied yet, now; it grows where applying stands still.",
            into,
        )
        self.statuses_parked = self._gauge(
            "statuses_parked", "Statuses that wait for their message now.", into
        )
        self.parked_refused = self._gauge(
            "parked_refused", "What waited for its message and is set aside, as it is refused, now.", into
        )
        self.quarantined = self._gauge("quarantined", "Items in quarantine now.", into)

    def _send(self, into: CollectorRegistry | None) -> None:
        self.sends = self._counter(
            "sends", "Attempts to send, by what came of them; ambiguous: nobody knows.", into, "outcome"
        )
        _begin(self.sends, "outcome", "ambiguous")
        self.send_seconds = self._times("send_seconds", "Time of one send to the Graph API.", into, _WORK)
        self.outbox_queued = self._gauge("outbox_queued", "Messages that wait to be sent now.", into)
        self.outbox_oldest_seconds = self._gauge(
            "outbox_oldest_seconds",
            "For how long the oldest message has been free to go, now; not of numbers and tenants that may not send.",
            into,
        )
        self.connections = self._gauge(
            "connections",
            "Connected numbers, by whether they may send (active) or not (paused).",
            into,
            "state",
        )
        self.send_circuits_open = self._gauge(
            "send_circuits_open",
            "Numbers whose sending is halted as Meta does not answer (number), and whether all of it is (provider).",
            into,
            "reach",
        )
        self.unlisted_error_codes = self._counter(
            "unlisted_error_codes", "Refusals by Meta with a code that Curbe does not know.", into, "code"
        )

    def _media(self, into: CollectorRegistry | None) -> None:
        self.media_fetches = self._counter(
            "media_fetches", "Attempts to fetch a message's file, by what came of them.", into, "outcome"
        )
        self.outgoing_webhook_attempts = self._counter(
            "outgoing_webhook_attempts",
            "Requests to tenants' outgoing webhooks, by what came of them: taken, or why not.",
            into,
            "outcome",
        )
        self.pushes = self._counter(
            "pushes", "Notices pushed to browsers, by what became of them at their services.", into, "outcome"
        )
        self.jobs_waiting = self._gauge("jobs_waiting", "Files of messages that wait to be fetched.", into)
        self.jobs_failing = self._gauge(
            "jobs_failing", "Jobs that failed three times or more and are tried again, by kind.", into, "kind"
        )
        self.jobs_overdue_seconds = self._gauge(
            "jobs_overdue_seconds", "For how long the oldest job has been due that nobody takes, now.", into
        )

    def _serve(self, into: CollectorRegistry | None) -> None:
        self.sockets = self._gauge("sockets", "WebSockets open now.", into)
        self.sockets_refused = self._counter(
            "sockets_refused", "WebSockets that were one too many, by whose limit was met.", into, "limit"
        )
        self.http_requests = self._counter(
            "http_requests", "API requests, by route, method and status.", into, "route", "method", "status"
        )
        self.requests_refused = self._counter(
            "requests_refused",
            "API requests that came faster than allowed, by whose limit was met.",
            into,
            "limit",
        )
        self.http_seconds = self._times(
            "http_seconds", "Time to answer an API request.", into, _ANSWER, "route"
        )

    def _counter(self, name: str, meaning: str, into: CollectorRegistry | None, *labels: str) -> Counter:
        return Counter(f"curbe_{name}", meaning, labels, registry=into)

    def _gauge(self, name: str, meaning: str, into: CollectorRegistry | None, *labels: str) -> Gauge:
        return Gauge(f"curbe_{name}", meaning, labels, registry=into)

    def _times(
        self,
        name: str,
        meaning: str,
        into: CollectorRegistry | None,
        buckets: tuple[float, ...],
        *labels: str,
    ) -> Histogram:
        return Histogram(f"curbe_{name}", meaning, labels, buckets=buckets, registry=into)


def _begin(counter: Counter, label: str, *values: str) -> None:
    """Let what alerts ask for be there at nothing: what appears with its first time, and with many at once, would be no rise."""
    for value in values:
        counter.labels(**{label: value})
