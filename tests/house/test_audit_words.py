"""What is written into the audit log is told in words on the screen, and can be looked for there."""

import ast
import re
from functools import cache
from itertools import product
from typing import Final

from source import ROOT, modules

from curbe.campaigns.rules import Deed

SCREENS: Final = ROOT / "web" / "src" / "features" / "admin"
DEED: Final = re.compile(r"[a-z]+(?:_[a-z]+)*\.[a-z]+(?:_[a-z]+)*")
# Names with a dot that are no deeds: jobs, files, fields, settings of PostgreSQL, folders of statements.
NO_DEEDS: Final = re.compile(
    r"""(app|curbe|hub|http)\..*|.*\.(csv|json)|mail\.not_sent|people\.(invite|reset)|reaction\.message_id|template\.name
    |automation\.run|filter\.assignee|connection\.(app_data|catch_up|forget_choice|renew_token)|consent\.answer|inbox\.(?:carry_over|give_back)|media\.fetch(?:_again)?|notification\.send|outgoing_webhook\.deliver|outbound\.conclude|push\.tell|receipt\.read|retention\.(erase|purge)|snooze\.end|templates\.sync""",
    re.VERBOSE,
)
# Deeds whose names are put together, as the code writes them.
PUT_TOGETHER: Final = {
    "f'campaign.{deed}'": {f"campaign.{deed}" for deed in ("created", "changed", *Deed)},
    "f'conversation.{action}'": {
        f"conversation.{action}"
        for action in ("assigned", "state_changed", "team_changed", "labels_changed", "priority_changed")
    },
    "f'outgoing_webhook.{deed}'": {
        f"outgoing_webhook.{deed}"
        for deed in ("created", "changed", "deleted", "secret_changed", "disabled", "replayed", "tested")
    },
    "f'{thing}.{deed}'": {
        f"{thing}.{deed}"
        for thing, deed in product(
            ("team", "label", "canned_reply", "saved_view"), ("created", "changed", "deleted")
        )
    },
    "kind.value.replace('_', '.', 1)": {"contact.merged", "contact.parted"},
}


def recording() -> list[ast.Module]:
    """Return the modules of the packages that write into the audit log."""
    parsed = [(path.split("/")[:2], tree) for path, tree in modules() if path.startswith("curbe/")]
    packages = [
        package
        for package, tree in parsed
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and "audit" in (node.module or "")
    ]
    return [tree for package, tree in parsed if package in packages and package != ["curbe", "audit"]]


def named(node: ast.AST) -> set[str]:
    """Return the deeds that are named here."""
    match node:
        case ast.Constant(value=str(value)) if DEED.fullmatch(value):
            return {value}
        case ast.keyword(arg="action", value=ast.JoinedStr() as value):
            return PUT_TOGETHER[ast.unparse(value)]
        case ast.Call(func=ast.Attribute(attr="replace")):
            return PUT_TOGETHER.get(ast.unparse(node), set())
        case _:
            return set()


@cache
def recorded() -> set[str]:
    """Return every deed that is written down."""
    found = {deed for tree in recording() for node in ast.walk(tree) for deed in named(node)}
    return {one for one in found if not NO_DEEDS.fullmatch(one)}


def words() -> set[str]:
    """Return the deeds that the screen has a sentence for, in English; the other languages have the same by their type."""
    text = (SCREENS / "audit" / "deeds.ts").read_text(encoding="utf-8")
    return set(re.findall(r'^  "([a-z_]+\.[a-z_]+)":', text.split("\nconst es")[0], re.MULTILINE))


def offered() -> set[str]:
    """Return the kinds of deeds that can be looked for, in a tenant's log or the operator's."""
    pages = [SCREENS / "audit-page.tsx", SCREENS / "platform-audit-page.tsx"]
    lists = [
        page.read_text(encoding="utf-8").split("const CATEGORIES = [")[1].split("]")[0] for page in pages
    ]
    return set(re.findall(r'"([a-z_]+)"', "".join(lists)))


def test_every_deed_in_the_audit_log_is_a_sentence_on_the_screen() -> None:
    assert "person.invited" in recorded()
    assert recorded() - words() == set()
    assert words() - recorded() == set(), "nobody does that"


def test_every_kind_of_deed_can_be_looked_for() -> None:
    kinds = {deed.split(".")[0] for deed in recorded()}

    assert kinds - offered() == set()
