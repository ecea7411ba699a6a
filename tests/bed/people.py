"""A world of people who write, react, edit, call, and change numbers, names and ids: a seeded history, and whose each word is."""

import random  # noqa: TID251 - seeded: the histories repeat
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from bed.rows import NOW, Number
from bed.webhooks import body, change, text

Json = dict[str, Any]
SECOND: Final = timedelta(seconds=1)


@dataclass(slots=True)
class Somebody:
    """One person as the world knows them."""

    n: int
    phone: str
    bsuid: str | None
    username: str | None = None
    hidden: bool = False  # the phone is no longer shown
    met: set[int] = field(default_factory=set)  # numbers of ours they wrote to
    said: list[tuple[int, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"Person {self.n}"

    def contact(self) -> Json:
        profile: Json = {"name": self.name}
        if self.username:
            profile["username"] = self.username
        shown = {} if self.hidden else {"wa_id": self.phone}
        return {"profile": profile, **shown, **({"user_id": self.bsuid} if self.bsuid else {})}

    def named(self) -> Json:
        shown = {} if self.hidden else {"from": self.phone}
        return {**shown, **({"from_user_id": self.bsuid} if self.bsuid else {})}


@dataclass(frozen=True, slots=True)
class Happening:
    """One change of a webhook, and whose it was."""

    change: Json
    person: int
    wamid: str


class World:
    """Makes a history over ``numbers`` of ours; the same one for the same seed."""

    def __init__(self, numbers: Sequence[Number], *, seed: int, people: int = 50) -> None:
        self._random: Final = random.Random(seed)  # noqa: S311 - a history, not a secret
        self._numbers: Final = numbers
        self._free: Final[list[tuple[datetime, str]]] = []  # since when, which
        self._now: datetime = NOW - timedelta(days=2000)
        self._people: Final = [self._new(n) for n in range(people)]
        self._ids = 0
        self.owners: Final[dict[str, int]] = {}  # wamid -> whose it is

    def history(self, events: int) -> list[Happening]:
        """Return about ``events`` happenings in the order in which they happened."""
        found: list[Happening] = []
        while len(found) < events:
            self._now += timedelta(seconds=self._random.randint(2, 1800))
            found += self._next(self._random.choice(self._people))
        return found

    def _new(self, n: int) -> Somebody:
        # Some are known by the phone alone, as in payloads before 2026.
        bsuid = None if n % 5 == 0 else f"BR.{n:04}0"
        return Somebody(n, self._fresh_phone(n), bsuid, f"@user{n}" if n % 3 == 0 else None)

    def _fresh_phone(self, n: int) -> str:
        """A number nobody had, or one that somebody gave up."""
        cold = [given_up for given_up in self._free if given_up[0] < self._now - timedelta(hours=2)]
        if cold and self._random.random() < 0.6:
            taken = self._random.choice(cold)
            self._free.remove(taken)
            return taken[1]
        return f"55119{60000000 + n}" if n % 4 == 0 else f"346{n:08}"

    def _next(self, who: Somebody) -> list[Happening]:
        kinds = ["text"] * 60 + ["edit"] * 8 + ["revoke"] * 3 + ["react"] * 10 + ["call"] * 3
        kinds += ["username"] * 3 + ["hide"] * 2 + ["number"] * 4 + ["id"] * 2
        return getattr(self, f"_{self._random.choice(kinds)}")(who)

    def _named(self, who: Somebody) -> str:
        self._ids += 1
        wamid = f"wamid.{self._ids}"
        self.owners[wamid] = who.n
        return wamid

    def _happening(self, who: Somebody, at: int, message: Json, *, contact: bool = True) -> Happening:
        found = change(self._numbers[at], messages=[message])
        if contact:
            found["value"]["contacts"] = [who.contact()]
        return Happening(found, who.n, message["id"])

    def _text(self, who: Somebody) -> list[Happening]:
        at = self._random.randrange(len(self._numbers))
        wamid = self._named(who)
        who.met.add(at)
        who.said.append((at, wamid))
        message = text(wamid, sender=self._spelt(who), body=f"word {self._ids}", at=self._now)
        message.pop("from")
        spelt = {} if who.hidden else {"from": self._spelt(who)}
        found = self._happening(who, at, {**message, **who.named(), **spelt})
        if spelt:
            found.change["value"]["contacts"][0]["wa_id"] = spelt["from"]
        return [found]

    def _spelt(self, who: Somebody) -> str:
        """A Brazilian mobile with its ninth digit or without."""
        if who.phone.startswith("55119") and len(who.phone) == 13 and self._random.random() < 0.3:
            return who.phone[:4] + who.phone[5:]
        return who.phone

    def _about(self, who: Somebody, kind: str, content: Json, at: int) -> list[Happening]:
        message = {
            "id": self._named(who),
            "timestamp": str(int(self._now.timestamp())),
            "type": kind,
            **who.named(),
            **content,
        }
        return [self._happening(who, at, message)]

    def _edit(self, who: Somebody) -> list[Happening]:
        if not who.said:
            return []
        at, target = self._random.choice(who.said[-5:])
        inner = {"type": "text", "text": {"body": f"better {self._ids}"}}
        return self._about(who, "edit", {"edit": {"original_message_id": target, "message": inner}}, at)

    def _revoke(self, who: Somebody) -> list[Happening]:
        if not who.said:
            return []
        at, target = self._random.choice(who.said[-5:])
        return self._about(who, "revoke", {"revoke": {"original_message_id": target}}, at)

    def _react(self, who: Somebody) -> list[Happening]:
        if not who.said:
            return []
        at, target = self._random.choice(who.said[-3:])
        emoji = {"emoji": self._random.choice("👍❤😂")} if self._random.random() < 0.8 else {}
        return self._about(who, "reaction", {"reaction": {"message_id": target, **emoji}}, at)

    def _call(self, who: Somebody) -> list[Happening]:
        if not who.met:
            return []
        at = self._random.choice(sorted(who.met))
        number = self._numbers[at]
        self._ids += 1
        call = {
            "id": f"wacid.{self._ids}",
            "event": "connect",
            "direction": "USER_INITIATED",
            "timestamp": str(int(self._now.timestamp())),
            **who.named(),
        }
        value = {"metadata": {"phone_number_id": number.phone_number_id}, "calls": [call]}
        return [Happening({"field": "calls", "value": value}, who.n, call["id"])]

    def _username(self, who: Somebody) -> list[Happening]:
        self._ids += 1
        who.username = f"@name{self._ids}"
        return self._text(who)

    def _hide(self, who: Somebody) -> list[Happening]:
        if who.bsuid is not None:
            who.hidden = not who.hidden
        return self._text(who)

    def _number(self, who: Somebody) -> list[Happening]:
        if not who.met or who.hidden:
            return []
        self._ids += 1
        before, who.phone = who.phone, self._fresh_phone(1000 + self._ids)
        system: Json = {"type": "user_changed_number", "wa_id": who.phone}
        if who.bsuid is not None:
            system["previous_user_id"] = who.bsuid
            who.bsuid = system["user_id"] = f"BR.{self._ids:06}2"
        found = self._told(who, {"from": before}, system)
        self._now += 5 * SECOND
        self._free.append((self._now, before))
        return found

    def _id(self, who: Somebody) -> list[Happening]:
        if who.bsuid is None or not who.met:
            return []
        self._ids += 1
        before, who.bsuid = who.bsuid, f"BR.{self._ids:06}1"
        system = {"type": "user_changed_user_id", "user_id": who.bsuid, "previous_user_id": before}
        return self._told(who, {}, system)

    def _told(self, who: Somebody, named: Json, system: Json) -> list[Happening]:
        """Every number of ours that knows somebody is told, each a moment later than the one before."""
        found = []
        for at in sorted(who.met):
            message = {
                "id": self._named(who),
                "timestamp": str(int(self._now.timestamp())),
                "type": "system",
                "system": {"body": "…", **system},
                **named,
            }
            found.append(self._happening(who, at, message, contact=False))
            self._now += SECOND
        return found


def bodies_of(
    happenings: Sequence[Happening], numbers: Sequence[Number], chance: random.Random
) -> list[bytes]:
    """Return webhooks that tell the happenings in this order, one to twenty in each."""
    found = []
    rest = list(happenings)
    while rest:
        size = chance.choice((1, 1, 2, 5, 20))
        found.append(body(*(one.change for one in rest[:size]), waba_id=numbers[0].waba_id))
        rest = rest[size:]
    return found
