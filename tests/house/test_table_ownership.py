"""Each table has one feature that writes it; anyone may join it."""

import ast
import re
from collections import defaultdict

from source import SOURCE, modules

WRITES = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+(?!SET\b|OF\b|NOTHING\b|SKIP\b)(\w+)")
# What a migration does itself; what the functions in it do is indented.
CHANGES = re.compile(r"^(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)", re.MULTILINE)
RAN_BEFORE = {"0008", "0032", "0100"}  # this was asked; 0128 makes up for them


def written_by_features() -> dict[str, set[str]]:
    writers: defaultdict[str, set[str]] = defaultdict(set)
    for file in (SOURCE / "curbe").rglob("*.sql"):
        if file.parent.name != "migrations":
            for table in WRITES.findall(re.sub(r"--.*", "", file.read_text(encoding="utf-8"))):
                writers[table].add(file.parent.name)
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for table in WRITES.findall(node.value):
                    writers[table].add(name.split("/")[1])
    return writers


def test_each_table_is_written_by_one_feature() -> None:
    writers = written_by_features()

    assert {table: names for table, names in writers.items() if len(names) > 1} == {}
    assert writers["messages"] == {"inbox"}, "this test looks in the wrong place"
    assert writers["webhook_events"] == {"ingest"}, "statements in Python are not looked at"


def test_what_a_migration_changes_of_tenants_it_changes_for_an_owner_who_is_no_superuser_too() -> None:
    files = sorted((SOURCE / "curbe/migrations").glob("*.sql"))
    texts = {file.name[:4]: re.sub(r"--.*", "", file.read_text(encoding="utf-8")) for file in files}
    guarded = set(re.findall(r"guard_tenant_table\('(\w+)'\)", "".join(texts.values())))

    passed_over = {
        number
        for number, text in texts.items()
        for table in CHANGES.findall(text)
        if table in guarded and f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;" not in text
    }
    assert passed_over == RAN_BEFORE
