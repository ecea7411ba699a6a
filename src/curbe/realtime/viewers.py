"""Who is looking at which conversation, and who is writing there, by the sockets' latest reports. Pure."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

import msgspec

REMEMBERED: Final = timedelta(seconds=10)  # after a socket's last report, which it repeats every few seconds

Mode = Literal["reply", "note"]
Place = tuple[UUID, UUID]  # tenant, conversation


class Viewing(msgspec.Struct, frozen=True, tag_field="type", tag="viewing"):
    """A socket's report: the conversation open there (None: none), and whether its user is writing."""

    conversation_id: UUID | None
    typing: bool = False
    mode: Mode = "reply"


class Viewer(msgspec.Struct, frozen=True, order=True):
    """A person at a conversation, and whether they are writing an answer or a note."""

    user_id: UUID
    typing: bool
    mode: Mode


class _Said(msgspec.Struct, frozen=True):
    place: Place
    viewer: Viewer
    at: datetime


class Viewers:
    """The latest report of each socket, of all processes."""

    def __init__(self) -> None:
        self._said: Final[dict[UUID, _Said]] = {}
        self._at: Final[defaultdict[Place, set[UUID]]] = defaultdict(set)
        self._of: Final[defaultdict[UUID, set[Place]]] = defaultdict(set)

    def say(
        self, socket: UUID, *, tenant_id: UUID, user_id: UUID, viewing: Viewing, now: datetime
    ) -> set[Place]:
        """Take in the report of ``socket``, and return the places where people changed."""
        said = (
            None
            if viewing.conversation_id is None
            else _Said(
                (tenant_id, viewing.conversation_id), Viewer(user_id, viewing.typing, viewing.mode), now
            )
        )
        return self._replace(socket, said)

    def forget(self, now: datetime) -> set[Place]:
        """Forget sockets that were silent for a while, and return the places where people changed."""
        silent = [socket for socket, said in self._said.items() if now - said.at >= REMEMBERED]
        return {place for socket in silent for place in self._replace(socket, None)}

    def people(self, place: Place, *, but: UUID | None = None) -> list[Viewer]:
        """Return who is there, each person once and in a stable order, without the user ``but``."""
        found: dict[UUID, Viewer] = {}
        for socket in self._at.get(place, ()):
            viewer = self._said[socket].viewer
            known = found.get(viewer.user_id)
            # Somebody with several screens counts as writing if they write on any of them.
            if viewer.user_id != but and (
                known is None or (viewer.typing, viewer.mode) > (known.typing, known.mode)
            ):
                found[viewer.user_id] = viewer
        return sorted(found.values())

    def places(self, tenant_id: UUID) -> Iterator[Place]:
        """Yield where somebody of a tenant is."""
        yield from self._of.get(tenant_id, ())

    def _replace(self, socket: UUID, said: _Said | None) -> set[Place]:
        before = self._said.get(socket)
        touched = {one.place for one in (before, said) if one is not None}
        people = {place: self.people(place) for place in touched}
        if before is not None:
            self._leave(socket, before.place)
        if said is not None:
            self._said[socket] = said
            self._at[said.place].add(socket)
            self._of[said.place[0]].add(said.place)
        return {place for place in touched if self.people(place) != people[place]}

    def _leave(self, socket: UUID, place: Place) -> None:
        del self._said[socket]
        self._at[place].discard(socket)
        if not self._at[place]:
            del self._at[place]
            self._of[place[0]].discard(place)
            if not self._of[place[0]]:
                del self._of[place[0]]
