"""The peer: pywa's webhook server on FastAPI, each handler storing what it was given with SQLAlchemy, as their documentation has it.

    python -m bench.pywa_server DSN

One INSERT and one commit for a message or a status; no conversation, no contact, no event log, which an inbox would need beside it. pywa
answers before its handlers have run, so what it answered is not yet stored: only rows are counted.
"""

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator
from datetime import datetime

import uvicorn
import uvloop
from fastapi import FastAPI
from pywa_async import WhatsApp
from pywa_async.types import Message, MessageStatus
from sqlalchemy import DateTime
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bench import world
from bench.generator import PATH


class Base(DeclarativeBase):
    """The tables."""


class StoredMessage(Base):
    """A message of a person."""

    __tablename__ = "peer_messages"
    id: Mapped[int] = mapped_column(primary_key=True)
    wamid: Mapped[str] = mapped_column(unique=True)
    sender: Mapped[str]
    text: Mapped[str | None]
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class StoredStatus(Base):
    """A status of a message of ours."""

    __tablename__ = "peer_statuses"
    id: Mapped[int] = mapped_column(primary_key=True)
    wamid: Mapped[str] = mapped_column(index=True)
    status: Mapped[str]
    reported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


def application(dsn: str) -> FastAPI:
    """Return the server."""
    engine = create_async_engine(dsn.replace("postgresql://", "postgresql+asyncpg://", 1))
    sessions = async_sessionmaker(engine, expire_on_commit=False)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        yield
        await engine.dispose()

    server = FastAPI(lifespan=lifespan)
    wa = WhatsApp(
        token="not needed here",  # noqa: S106 - nothing is sent
        server=server,
        webhook_endpoint=PATH,
        verify_token=world.VERIFY_TOKEN,
        app_secret=world.APP_SECRET,
        filter_updates=False,
    )

    @wa.on_message
    async def store_message(_: WhatsApp, message: Message) -> None:
        async with sessions.begin() as session:
            session.add(
                StoredMessage(
                    wamid=message.id,
                    sender=message.from_user.wa_id,
                    text=message.text,
                    sent_at=message.timestamp,
                )
            )

    @wa.on_message_status
    async def store_status(_: WhatsApp, status: MessageStatus) -> None:
        async with sessions.begin() as session:
            session.add(
                StoredStatus(wamid=status.id, status=status.status.value, reported_at=status.timestamp)
            )

    return server


async def main(dsn: str) -> None:
    """Serve until a signal comes."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(2048)
    config = uvicorn.Config(
        application(dsn), loop="none", http="httptools", access_log=False, log_config=None
    )
    server = uvicorn.Server(config)
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server.serve(sockets=[listening]))
        while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(0.01)
        print(f"ready on http://127.0.0.1:{listening.getsockname()[1]}", flush=True)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1]))
