"""The bugs, each a small change of a copy of the sources, and the tests that must fail for it. See docs/explanation/reliability.md."""

from typing import Final

import msgspec

from chaos.builds import Build


class Planted(msgspec.Struct, frozen=True, kw_only=True):
    """A bug that a change of the sources plants."""

    name: str
    file: str  # from the root of the checkout; one that does not exist is made
    old: str  # stands there once; empty: the file is new
    new: str
    caught_by: tuple[str, ...]  # tests, as pytest names them, without what is between brackets


# These need processes killed under load: `python -m tests.chaos` plants them (tests/chaos/builds.py) and its judge calls them by name.
SEEN_BY_THE_JUDGE: Final = {
    "acked before it is committed": Build.ACK_BEFORE_COMMIT,
    "intake commits asynchronously": Build.ASYNCHRONOUS_COMMIT,
    "what cannot be read is passed over in silence": Build.SWALLOWED,
    "an expired lease is queued again": Build.REQUEUE_EXPIRED,
    "a lost answer is tried again": Build.RETRY_LOST_ANSWER,
    "a status is overwritten": Build.OVERWRITE_STATUS,
    "failed goes over read": Build.FAILED_OVER_READ,
}

_MIGRATION: Final = "src/curbe/migrations/9999_planted.sql"

BUGS: Final = (
    Planted(
        name="the tenant is set without LOCAL",
        file="src/curbe/infra/db.py",
        old="', '{value}', true)\")",
        new="', '{value}', false)\")",
        caught_by=(
            "tests/db/test_contexts.py::test_whoever_has_the_connection_next_sees_nothing_of_whoever_had_it_before",
        ),
    ),
    Planted(
        name="a policy is dropped",
        file=_MIGRATION,
        old="",
        new="""
DO $$ DECLARE p record; BEGIN
    FOR p IN SELECT policyname FROM pg_policies WHERE tablename = 'contacts' LOOP
        EXECUTE format('DROP POLICY %I ON contacts', p.policyname);
    END LOOP;
END $$;
ALTER TABLE contacts DISABLE ROW LEVEL SECURITY;""",
        caught_by=(
            "tests/db/test_catalog.py::test_every_table_of_tenants_is_guarded_even_against_its_owner",
            "tests/db/test_isolation.py::test_a_tenant_reaches_no_row_of_another",
        ),
    ),
    Planted(
        name="a table is not FORCEd",
        file=_MIGRATION,
        old="",
        new="ALTER TABLE messages NO FORCE ROW LEVEL SECURITY;",
        caught_by=("tests/db/test_catalog.py::test_every_table_of_tenants_is_guarded_even_against_its_owner",),
    ),
    Planted(
        name="a foreign key has no tenant in it",
        file=_MIGRATION,
        old="",
        new="""
ALTER TABLE contacts ADD CONSTRAINT planted_key UNIQUE (id);
ALTER TABLE conversations ADD CONSTRAINT planted FOREIGN KEY (contact_id) REFERENCES contacts (id);""",
        caught_by=("tests/db/test_catalog.py::test_every_foreign_key_between_tenants_tables_carries_the_tenant",),
    ),
    Planted(
        name="a message is looked up by its wamid without its number",
        file="src/curbe/inbox/statuses.sql",
        old="""  JOIN messages m ON m.tenant_id = u.tenant_id AND m.channel_connection_id = u.connection_id
                 AND m.provider_message_id = u.provider_message_id
""",
        new="""  JOIN messages m ON m.tenant_id = u.tenant_id
                 AND m.provider_message_id = u.provider_message_id
""",
        caught_by=(
            "tests/db/test_status_facts.py::test_two_numbers_may_call_their_messages_by_one_name_and_a_status_is_of_its_own",
        ),
    ),
    Planted(
        name="a tenant in the query overrides the path's",
        file="src/curbe/auth/gate.py",
        old='        connection.scope["user"] = principal\n',
        new="""        connection.scope["user"] = principal
        if tenant_id is not None and "tenant_id" in connection.query_params:
            connection.scope["path_params"]["tenant_id"] = UUID(connection.query_params["tenant_id"])
""",
        caught_by=("tests/http/test_matrix.py::test_a_tenant_named_anywhere_but_in_the_path_decides_nothing",),
    ),
    Planted(
        name="no signature is a good signature",
        file="src/curbe/ingest/receive.py",
        old="""        if signature is None:
            return self._unsigned(scope, "no_signature")
        try:
            body = await _read(receive)
""",
        new="""        try:
            body = await _read(receive)
            if signature is None:
                await self._committer.store(self._apps[0].app_id, body)
                return _OK
""",
        caught_by=("tests/http/test_webhook.py::test_a_wrong_signature_is_refused_in_the_same_words_and_stores_nothing",),
    ),
    Planted(
        name="only a body's first entry is checked against the app that signed it",
        file="src/curbe/ingest/rules.py",
        old="    if connection.meta_app_id != item.meta_app_id:\n        detail = (",
        new="    if connection.meta_app_id != item.meta_app_id and item.number == 0:\n        detail = (",
        caught_by=("tests/db/test_applying.py::test_an_honest_first_entry_does_not_vouch_for_the_next",),
    ),
    Planted(
        name="the right digest is in the error's body",
        file="src/curbe/ingest/receive.py",
        old="""        if app_id is None:
            return self._unsigned(scope, "bad_signature")
""",
        new="""        if app_id is None:
            right = hmac.digest(self._apps[0].secrets[0], body, "sha256").hex()
            return _Answer(401, f"The signature is wrong, not {right}.".encode())
""",
        caught_by=("tests/http/test_webhook.py::test_a_wrong_signature_is_refused_in_the_same_words_and_stores_nothing",),
    ),
    Planted(
        name="a token is in the log of an exception",
        file="src/curbe/infra/log.py",
        old='    (re.compile(r"EAA[A-Za-z0-9]{12,}"), _MASK),',
        new='    (re.compile(r"EAA[A-Za-z0-9]{120,}"), _MASK),',
        caught_by=("tests/unit/test_log.py::test_no_traceback_shows_a_secret",),
    ),
    Planted(
        name="a sealed secret opens in another row",
        file="src/curbe/infra/crypto.py",
        old="    return bound_to.encode()\n",
        new='    parts = bound_to.split("|")\n    return "|".join(parts[:2] + parts[3:]).encode()\n',
        caught_by=("tests/unit/test_crypto.py::test_a_sealed_secret_moved_to_any_other_place_does_not_open",),
    ),
    Planted(
        name="a redirect is followed, with the token",
        file="src/curbe/infra/http.py",
        old="allow_redirects=False",
        new="allow_redirects=True",
        caught_by=("tests/unit/test_egress.py::test_a_redirect_is_an_answer_and_a_cookie_is_forgotten",),
    ),
    Planted(
        name="SVG is shown in the page",
        file="src/curbe/media/rules.py",
        old="    return sniffed and mime_type in _INLINE",
        new='    return (sniffed and mime_type in _INLINE) or mime_type == "image/svg+xml"',
        caught_by=("tests/http/test_media.py::test_what_could_run_in_a_browser_is_a_download_of_bytes",),
    ),
)  # fmt: skip
QUICK: Final = (  # no database is needed to catch these: they are planted with every test run
    "a token is in the log of an exception",
    "a sealed secret opens in another row",
    "a redirect is followed, with the token",
)
