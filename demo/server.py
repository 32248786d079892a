"""A Mockhaus server inside this process, on free ports, for as long as a block lasts."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import Future

from mockhaus.app import Address, App
from mockhaus.config import Config


@contextlib.contextmanager
def server() -> Iterator[Address]:
    """Where it listens. Everything it holds is gone afterwards."""
    ready: Future[tuple[Address, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(ready)), name="demo-server")
    thread.start()
    try:
        address, loop, done = ready.result()
        try:
            yield address
        finally:
            loop.call_soon_threadsafe(done.set)
    finally:
        thread.join()


async def _serve(
    ready: Future[tuple[Address, asyncio.AbstractEventLoop, asyncio.Event]],
) -> None:
    try:
        app = App(Config(port=0, pg_port=0))
        address = await app.start()
    except BaseException as error:
        ready.set_exception(error)
        return
    done = asyncio.Event()
    ready.set_result((address, asyncio.get_running_loop(), done))
    await done.wait()
    await app.stop()
