"""The language server, put together and run."""

from inspect import iscoroutinefunction
from typing import Any

from archforge.studio.answers import DOCUMENTS, OPTIONS, QUESTIONS, Answer
from archforge.studio.server import Server


def make_server(version: str) -> Server:
    """A server that knows every feature."""
    server = Server(version)
    for method, answer in {**DOCUMENTS, **QUESTIONS}.items():
        _register(server, method, answer)
    return server


def _register(server: Server, method: str, answer: Answer) -> None:
    # pygls asks a function itself whether it is a coroutine, so each kind has its own.
    async def later(params: Any) -> Any:
        return await answer(server, params)

    def now(params: Any) -> Any:
        return answer(server, params)

    handle = later if iscoroutinefunction(answer) else now
    server.feature(method, OPTIONS.get(method))(handle)


def serve(version: str) -> None:
    """Talk to an editor over standard input and output, until it goes.

    Args:
        version: Of archforge, for the editor's list of servers.
    """
    make_server(version).start_io()
