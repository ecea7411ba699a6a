"""The page about events says what the code does: every type, close code, member and way from state to state."""

import re
from pathlib import Path

import msgspec
import pytest

from curbe.inbox.annotations import Annotation
from curbe.inbox.deeds import Assigned, LabelsChanged, Merged, PriorityChanged, StateChanged, TeamChanged
from curbe.inbox.rules import NEXT_STATES, ConversationState
from curbe.inbox.shapes import ContactSummary, Conversation, LastMessage, Message, MessageError
from curbe.realtime.follow import CloseCode
from curbe.realtime.rules import EventType
from curbe.realtime.sharing import EventItem

PAGE = (Path(__file__).parents[2] / "docs/reference/events.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("|")
]


def test_every_type_is_described_and_no_other() -> None:
    table = PAGE.partition("| type | when | `data` |")[2].partition("\n\n")[0]
    described = re.findall(r"^\| `([a-z_]+)` \|", table, re.MULTILINE)

    assert described == list(EventType)


def test_every_close_code_is_described_and_no_other() -> None:
    assert [int(row[0]) for row in ROWS if row[0].isdigit()] == list(CloseCode)


@pytest.mark.parametrize(
    "shape",
    [
        Message,
        MessageError,
        Conversation,
        ContactSummary,
        LastMessage,
        EventItem,
        Annotation,
        Assigned,
        TeamChanged,
        LabelsChanged,
        StateChanged,
        PriorityChanged,
        Merged,
    ],
)
def test_every_member_is_described(shape: type[msgspec.Struct]) -> None:
    missing = [field.encode_name for field in msgspec.structs.fields(shape) if not told(field.encode_name)]

    assert missing == []


def told(member: str) -> bool:
    return f"`{member}`" in PAGE or f'"{member}"' in PAGE


def test_the_ways_from_state_to_state_are_those_of_the_code() -> None:
    ways = PAGE.partition("| from | to |")[2]
    described = {
        ConversationState(state): to
        for line in ways.splitlines()
        if line.startswith("| ") and "---" not in line
        for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
        for state in cells[0].split(", ")
        for to in [cells[1]]
    }

    assert described.keys() == NEXT_STATES.keys()
    for state, to in described.items():
        meant = (
            set(ConversationState) if to == "any" else {ConversationState(word) for word in to.split(", ")}
        )
        assert meant - {state} == NEXT_STATES[state] - {state}
