"""One editor's connection: the files it has open, and when they are looked at.

A look runs a moment after the last keystroke and in a thread, so typing neither queues looks nor
waits for one; of two looks at one file the older is dropped. Answers come from what is known.
"""

import asyncio
import os
from collections.abc import Callable
from copy import copy
from typing import TypeVar
from urllib.parse import unquote, urlparse

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from archforge.catalog import look
from archforge.studio.diagnostics import diagnostics
from archforge.studio.opened import Opened, Seen
from archforge.studio.texts import Text

PAUSE_S = 0.15
"""From the last keystroke to a look: shorter than the pause between two words."""

WATCH_S = 3.0
"""Between two looks at whether the editor is still there."""

Answer = TypeVar("Answer")


class Server(LanguageServer):
    """One editor's connection, and the files that it has open."""

    def __init__(self, version: str) -> None:
        # Whole texts: specs are short, and pygls cuts lines at more characters than editors do.
        super().__init__("archforge", version, types.TextDocumentSyncKind.Full)
        self.files: dict[str, Opened] = {}
        self._waiting: dict[str, asyncio.Task[None]] = {}
        self._background: set[asyncio.Task[None]] = set()

    def opened(self, uri: str) -> Opened | None:
        """The spec ``uri``, or what may become one, as it is now; ``None`` for other files."""
        if uri not in self.workspace.text_documents:
            return None
        whole = self.workspace.get_text_document(uri).source
        known = self.files.get(uri)
        if known is None:
            known = self.files[uri] = Opened(file_of(uri), self.text(whole))
        elif known.text.whole != whole:
            known.change(self.text(whole))
        return known if known.is_spec or known.may_become_one else None

    def snapshot(self, uri: str) -> Opened | None:
        """The file ``uri`` as it is now, for an answer that takes a while in a thread."""
        opened = self.opened(uri)
        return None if opened is None else copy(opened)

    def text(self, whole: str) -> Text:
        """A text whose columns are counted as the editor counts them."""
        encoding = self.workspace.position_encoding or "utf-16"
        return Text(whole, str(getattr(encoding, "value", encoding)))

    def close(self, uri: str) -> None:
        """Forget a file and its problems."""
        self.files.pop(uri, None)
        waiting = self._waiting.pop(uri, None)
        if waiting is not None:
            waiting.cancel()
        self._publish(uri, [], None)

    def soon(self, uri: str, pause: float = PAUSE_S) -> None:
        """Look at a file after a moment in which it was not changed."""
        waiting = self._waiting.pop(uri, None)
        if waiting is not None:
            waiting.cancel()
        self._waiting[uri] = asyncio.get_running_loop().create_task(self._look(uri, pause))

    async def _look(self, uri: str, pause: float) -> None:
        await asyncio.sleep(pause)
        opened = self.opened(uri)
        if opened is None or not opened.is_spec:
            self._publish(uri, [], None)  # no spec, so nothing is wrong with it
            return
        text = opened.text
        found = await asyncio.to_thread(look, text.whole, opened.file)
        if self.opened(uri) is not opened or opened.text is not text:
            return  # it was closed, or changed again
        opened.take(Seen(text, found))
        assert opened.seen is not None
        version = self.workspace.get_text_document(uri).version
        self._publish(uri, diagnostics(opened, opened.seen), version)
        self._refresh_hints()

    def _publish(self, uri: str, found: list[types.Diagnostic], version: int | None) -> None:
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri=uri, diagnostics=found, version=version)
        )

    def _refresh_hints(self) -> None:
        workspace = self.client_capabilities.workspace
        hint = workspace.inlay_hint if workspace is not None else None
        if hint is not None and hint.refresh_support:
            self.workspace_inlay_hint_refresh(None)

    def watch(self, process: int) -> None:
        """Exit when the editor's process is gone, even where its pipe is kept open by another."""
        task = asyncio.get_running_loop().create_task(_watch(process))
        self._background.add(task)  # a task that nobody holds may be collected

    def ask(self, uri: str, answer: Callable[[Opened], Answer], nothing: Answer) -> Answer:
        """What ``answer`` says of an open file."""
        opened = self.opened(uri)
        return nothing if opened is None else answer(opened)


async def _watch(process: int) -> None:
    while _lives(process):
        await asyncio.sleep(WATCH_S)
    # A thread waits for the next message and would keep the interpreter from ending.
    os._exit(0)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def file_of(uri: str) -> str:
    """The path of a file's address; for a file that was never saved, the name it is shown under."""
    return to_fs_path(uri) or unquote(urlparse(uri).path) or uri
