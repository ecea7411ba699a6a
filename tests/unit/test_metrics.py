"""What a process counts can be read by Prometheus, and belongs to that process alone."""

import re
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from curbe.infra.metrics import WEB, WORKER, Metrics

WANTED = {
    "webhooks_received", "webhooks_refused", "webhook_ack_seconds", "webhook_batch_size", "webhooks_pending",
    "events_applied", "apply_batch_seconds", "apply_lag_seconds", "apply_backlog_seconds", "statuses_parked", "quarantined",
    "sends", "send_seconds", "outbox_queued", "outbox_oldest_seconds", "connections", "unlisted_error_codes",
    "jobs_failing", "jobs_overdue_seconds",
    "sockets", "sockets_refused", "http_requests", "http_seconds", "requests_refused",
}  # fmt: skip


def read(metrics: Metrics) -> dict[str, float]:
    body, content_type = metrics.render()
    assert content_type.startswith("text/plain")
    return {
        sample.name + "".join(f"|{value}" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


def test_everything_the_product_needs_is_there_and_explained() -> None:
    families = {
        family.name: family for family in text_string_to_metric_families(Metrics().render()[0].decode())
    }

    assert {f"curbe_{name}" for name in WANTED} <= set(families)
    assert [family.name for family in families.values() if not family.documentation] == []


def test_every_metric_that_the_operators_page_names_is_there() -> None:
    page = (Path(__file__).parents[2] / "docs/howto/operate.md").read_text()
    shown = set(re.findall(r"^# HELP (\S+)", Metrics().render()[0].decode(), re.MULTILINE))

    named = {
        re.sub(r"_(bucket|count|sum)$", "", name)
        for name in re.findall(r"\bcurbe_[a-z]+_[a-z_]+|\bcurbe_(?:connections|quarantined)\b", page)
    }

    assert len(named) > 10
    assert named - shown == set()


def test_what_is_counted_is_shown_under_its_labels() -> None:
    metrics = Metrics()

    metrics.webhooks_received.inc(3)
    metrics.webhooks_refused.labels(reason="bad_signature").inc()
    metrics.events_applied.labels(outcome="ignored", reason="unknown_status").inc(2)
    metrics.http_requests.labels(route="/api/tenants", method="POST", status="201").inc()
    metrics.webhook_ack_seconds.observe(0.004)
    metrics.outbox_queued.set(7)

    seen = read(metrics)
    assert seen["curbe_webhooks_received_total"] == 3
    assert seen["curbe_webhooks_refused_total|bad_signature"] == 1
    assert seen["curbe_events_applied_total|ignored|unknown_status"] == 2
    assert seen["curbe_http_requests_total|POST|/api/tenants|201"] == 1
    assert seen["curbe_webhook_ack_seconds_bucket|0.005"] == 1
    assert seen["curbe_webhook_ack_seconds_bucket|0.0025"] == 0
    assert seen["curbe_outbox_queued"] == 7


def test_two_of_them_do_not_share_a_number() -> None:
    one, other = Metrics(), Metrics()

    one.webhooks_received.inc()

    assert isinstance(one.registry, CollectorRegistry)
    assert read(other)["curbe_webhooks_received_total"] == 0


def families(metrics: Metrics) -> set[str]:
    found = text_string_to_metric_families(metrics.render()[0].decode())
    return {family.name for family in found if family.name.startswith("curbe_")}


def test_a_process_shows_what_it_counts_itself_and_no_zero_for_what_others_do() -> None:
    web, worker = families(Metrics(WEB)), families(Metrics(WORKER))

    assert web & worker == set()
    assert web | worker == families(Metrics())
    assert {"curbe_webhooks_received", "curbe_http_requests"} <= web
    assert {"curbe_apply_lag_seconds", "curbe_outbox_queued", "curbe_sends"} <= worker


def test_no_label_names_a_tenant_a_number_or_a_person() -> None:
    labels = {
        label
        for collector in Metrics().registry._names_to_collectors.values()
        for label in getattr(collector, "_labelnames", ())
    }

    assert labels == {
        "reason",
        "outcome",
        "code",
        "route",
        "method",
        "status",
        "reach",
        "state",
        "kind",
        "limit",
    }
