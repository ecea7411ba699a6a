"""What a process counts and times, for Prometheus: one ``Metrics`` a process, passed on from its root."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

# Seconds. Meta wants the median of answers under 0.25 and less than one in a hundred over 1.
_ANSWER: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_WORK: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_LAG: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 3600.0)
_COUNTS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


class Metrics:
    """Every metric of the product. No label names a tenant, a number or a person."""

    def __init__(self) -> None:
        self.registry: Final = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self.registry)
        self._intake()
        self._apply()
        self._send()
        self._media()
        self._serve()

    def render(self) -> tuple[bytes, str]:
        """Return the text of ``/metrics`` and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST

    def _intake(self) -> None:
        self.webhooks_received = self._counter("webhooks_received", "Webhooks committed and answered 200.")
        self.webhooks_refused = self._counter("webhooks_refused", "Webhooks not taken, by reason.", "reason")
        self.webhook_ack_seconds = self._times(
            "webhook_ack_seconds", "From a webhook's headers to its 200.", _ANSWER
        )
        self.webhook_batch_size = self._times("webhook_batch_size", "Webhooks in one commit.", _COUNTS)
        self.webhooks_pending = self._gauge("webhooks_pending", "Webhooks that wait for their commit now.")

    def _apply(self) -> None:
        self.events_applied = self._counter(
            "events_applied",
            "Messages, statuses and notices taken from webhooks, by what became of them and why.",
            "outcome",
            "reason",
        )
        self.apply_batch_seconds = self._times(
            "apply_batch_seconds", "Time to apply one batch of webhooks.", _WORK
        )
        self.apply_lag_seconds = self._times(
            "apply_lag_seconds", "From a webhook's commit to its effect.", _LAG
        )
        self.statuses_parked = self._gauge("statuses_parked", "Statuses that wait for their message now.")
        self.quarantined = self._gauge("quarantined", "Items in quarantine now.")

    def _send(self) -> None:
        self.sends = self._counter(
            "sends", "Attempts to send, by what came of them; ambiguous: nobody knows.", "outcome"
        )
        self.send_seconds = self._times("send_seconds", "Time of one send to the Graph API.", _WORK)
        self.outbox_queued = self._gauge("outbox_queued", "Messages that wait to be sent now.")
        self.unlisted_error_codes = self._counter(
            "unlisted_error_codes", "Refusals by Meta with a code that Curbe does not know.", "code"
        )

    def _media(self) -> None:
        self.media_fetches = self._counter(
            "media_fetches", "Attempts to fetch a message's file, by what came of them.", "outcome"
        )
        self.jobs_waiting = self._gauge("jobs_waiting", "Background jobs that are not done yet.")

    def _serve(self) -> None:
        self.sockets = self._gauge("sockets", "WebSockets open now.")
        self.http_requests = self._counter(
            "http_requests", "API requests, by route, method and status.", "route", "method", "status"
        )
        self.http_seconds = self._times("http_seconds", "Time to answer an API request.", _ANSWER, "route")

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"curbe_{name}", meaning, labels, registry=self.registry)

    def _gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(f"curbe_{name}", meaning, registry=self.registry)

    def _times(self, name: str, meaning: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"curbe_{name}", meaning, labels, buckets=buckets, registry=self.registry)
