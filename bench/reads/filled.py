"""A database of some years: filled by set-based statements, as the schema's owner, with its indexes made at the end."""

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Final

import asyncpg
import msgspec

from bench import world

EACH: Final = 9  # messages that everybody has
_LONG_EVERY: Final = 1000  # conversations, one is long
LONG: Final = 1000  # messages of such a one
LONGEST: Final = 10_000
_PARAMETER: Final = re.compile(r"(?<![:\w']):([a-z_]+)")
_WORDS: Final = (
    "hola buenos días quería saber si mi pedido llega hoy porque mañana no estoy en casa y el portero no recibe paquetes gracias "
    "perfecto entonces espero cuánto cuesta el envío a Sevilla tienen talla 42 en azul vale factura dirección cita revisión lunes "
    "martes viernes tarde urgente devolución cambio tienda horario teléfono correo nombre apellido tarjeta pago transferencia recibo "
    "obrigado bom dia quanto custa entrega amanhã pedido endereço please thanks order delivery tomorrow invoice refund size blue"
)
# Made again when the rows are there: a million rows into an index one by one take ten times as long.
_LOOSE_INDEXES: Final = """
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition,
       ARRAY(SELECT a.attnum FROM pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attstattarget = 0) AS unanalysed
  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND NOT i.indisunique AND c.relname = ANY ($1)
   AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)"""
_TABLES: Final = (
    "conversation_labels",
    "annotations",
    "contacts",
    "contact_aliases",
    "conversations",
    "messages",
    "message_media",
    "media_assets",
    "message_reactions",
)


class Size(msgspec.Struct, frozen=True):
    """How much there is."""

    tenants: int
    conversations: int
    largest: int  # conversations of the largest tenant

    @property
    def messages(self) -> int:
        """How many messages that makes."""
        return self.conversations * EACH + self.conversations // _LONG_EVERY * (LONG - EACH) + LONGEST - LONG

    @classmethod
    def of(cls, share: float) -> "Size":
        """Return ``share`` of a million conversations and ten million messages."""
        return cls(
            tenants=max(10, round(1000 * share)),
            conversations=round(1_000_000 * share),
            largest=round(300_000 * share),
        )


def fill(dsn: str, *, size: Size, say: Callable[[str], None]) -> None:
    """Fill a fresh database; ``say`` hears how far it is."""
    asyncio.run(_fill(dsn, size=size, say=say))


async def _fill(dsn: str, *, size: Size, say: Callable[[str], None]) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        # As a replica: what is written is right by construction, and foreign keys of ten million rows need not be asked.
        await connection.execute(
            "SET session_replication_role = replica; SET maintenance_work_mem = '1GB'; SET work_mem = '256MB'"
        )
        indexes = await connection.fetch(_LOOSE_INDEXES, list(_TABLES))
        for index in indexes:
            await connection.execute(f"DROP INDEX {index['name']}")
        for name, sql in steps().items():
            for told, values in _rounds(name, size):
                began = time.monotonic()
                await connection.execute(_with(sql, values))
                say(f"  {told}: {time.monotonic() - began:.0f} s")
        began = time.monotonic()
        for index in indexes:
            await connection.execute(index["definition"])
            for column in index["unanalysed"]:
                await connection.execute(
                    f"ALTER INDEX {index['name']} ALTER COLUMN {column} SET STATISTICS 0"
                )
        say(f"  {len(indexes)} indexes: {time.monotonic() - began:.0f} s")
        began = time.monotonic()
        await connection.execute("VACUUM ANALYZE")
        say(f"  vacuum and statistics: {time.monotonic() - began:.0f} s")
    finally:
        await connection.close()


def steps() -> dict[str, str]:
    """Return the statements of each step of ``fill.sql``, without comments."""
    text = files("bench.reads").joinpath("fill.sql").read_text(encoding="utf-8")
    _, *parts = re.split(r"^-- step: (\w+)\s*$", text, flags=re.MULTILINE)
    return {name: re.sub(r"--.*", "", sql) for name, sql in zip(parts[::2], parts[1::2], strict=True)}


def _rounds(step: str, size: Size) -> list[tuple[str, dict[str, object]]]:
    """Return how often a step is taken, and with what."""
    general: dict[str, object] = {
        "tenants": size.tenants,
        "conversations": size.conversations,
        "largest": size.largest,
        "meta_app_id": world.APP_ID,
        "words": _WORDS,
    }
    if step != "messages":
        return [(step, general)]
    everybody = [
        (
            f"message {k} of everybody",
            {"people": Table("filled_people"), "from_k": k, "to_k": k, "last_k": EACH},
        )
        for k in range(1, EACH + 1)
    ]
    long = {"people": Table("(SELECT * FROM filled_people WHERE n % 1000 = 0)"), "last_k": EACH}
    longest = {"people": Table("(SELECT * FROM filled_people WHERE n = 1000)"), "last_k": EACH}
    return [
        *everybody,
        # Before the nine that everybody has.
        ("long conversations", {**long, "from_k": EACH + 1 - LONG, "to_k": 0}),
        ("the longest", {**longest, "from_k": EACH + 1 - LONGEST, "to_k": EACH - LONG}),
    ]


class Table(str):
    """A table or a sub-select, which goes into a statement as it is."""

    __slots__ = ()


def _with(sql: str, values: Mapping[str, object]) -> str:
    """Return ``sql`` with its parameters written out: ours alone, in a database of our own."""

    def written(match: re.Match[str]) -> str:
        value = values[match[1]]
        return str(value) if isinstance(value, int | Table) else "'" + str(value).replace("'", "''") + "'"

    return _PARAMETER.sub(written, sql)
