"""What an editor tells and asks, each message sent to the module that knows.

Answers that look at other texts first, as rename does, run in a thread on the file as it was when
the question came.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from archforge.studio.completing import completions
from archforge.studio.defining import definitions
from archforge.studio.hints import hints
from archforge.studio.hovering import hover
from archforge.studio.mending import code_actions
from archforge.studio.opened import Opened
from archforge.studio.renaming import RefusedError, renamable, rename
from archforge.studio.server import Server

Answer = Callable[[Server, Any], Any]


def _initialized(server: Server, params: types.InitializedParams) -> None:
    if server.process_id is not None and os.name == "posix":
        server.watch(server.process_id)


def _exit(server: Server, params: None) -> None:
    # pygls would wait for its thread, which waits for a message that does not come any more.
    os._exit(0)


def _opened(server: Server, params: types.DidOpenTextDocumentParams) -> None:
    server.soon(params.text_document.uri, 0)


def _changed(server: Server, params: types.DidChangeTextDocumentParams) -> None:
    server.soon(params.text_document.uri)


def _saved(server: Server, params: types.DidSaveTextDocumentParams) -> None:
    # Another open file may include or extend the one that was saved.
    for uri in list(server.files):
        server.soon(uri)


def _closed(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    server.close(params.text_document.uri)


def _hints(server: Server, params: types.InlayHintParams) -> Sequence[types.InlayHint]:
    def answer(opened: Opened) -> list[types.InlayHint]:
        drawn = opened.drawn
        if drawn is None:
            return []
        lines = range(params.range.start.line, params.range.end.line + 1)
        return list(hints(drawn.made, drawn.text, opened.text, lines))

    return server.ask(params.text_document.uri, answer, [])


def _hover(server: Server, params: types.HoverParams) -> types.Hover | None:
    return server.ask(
        params.text_document.uri,
        lambda opened: hover(opened, opened.text.offset(params.position)),
        None,
    )


def _complete(server: Server, params: types.CompletionParams) -> list[types.CompletionItem]:
    return server.ask(
        params.text_document.uri,
        lambda opened: completions(opened, opened.text.offset(params.position)),
        [],
    )


def _define(server: Server, params: types.DefinitionParams) -> list[types.Location]:
    uri = params.text_document.uri
    return server.ask(
        uri, lambda opened: list(definitions(opened, uri, opened.text.offset(params.position))), []
    )


def _can_rename(
    server: Server, params: types.PrepareRenameParams
) -> types.PrepareRenamePlaceholder | None:
    def answer(opened: Opened) -> types.PrepareRenamePlaceholder | None:
        use = renamable(opened, opened.text.offset(params.position))
        if use is None:
            return None
        return types.PrepareRenamePlaceholder(opened.text.range(use.start, use.end), use.thing.name)

    return server.ask(params.text_document.uri, answer, None)


async def _rename(server: Server, params: types.RenameParams) -> types.WorkspaceEdit | None:
    uri = params.text_document.uri
    opened = server.snapshot(uri)
    if opened is None:
        return None
    offset = opened.text.offset(params.position)
    try:
        edits = await asyncio.to_thread(rename, opened, offset, params.new_name)
    except RefusedError as refused:
        raise JsonRpcException(str(refused), code=types.LSPErrorCodes.RequestFailed.value) from None
    return types.WorkspaceEdit(changes={uri: opened.text.text_edits(edits)})


async def _mend(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    uri = params.text_document.uri
    opened = server.snapshot(uri)
    if opened is None:
        return []
    start, end = (opened.text.offset(p) for p in (params.range.start, params.range.end))
    return await asyncio.to_thread(lambda: list(code_actions(opened, uri, start, end)))


DOCUMENTS: dict[str, Answer] = {
    types.INITIALIZED: _initialized,
    types.EXIT: _exit,
    types.TEXT_DOCUMENT_DID_OPEN: _opened,
    types.TEXT_DOCUMENT_DID_CHANGE: _changed,
    types.TEXT_DOCUMENT_DID_SAVE: _saved,
    types.TEXT_DOCUMENT_DID_CLOSE: _closed,
}
QUESTIONS: dict[str, Answer] = {
    types.TEXT_DOCUMENT_INLAY_HINT: _hints,
    types.TEXT_DOCUMENT_HOVER: _hover,
    types.TEXT_DOCUMENT_COMPLETION: _complete,
    types.TEXT_DOCUMENT_DEFINITION: _define,
    types.TEXT_DOCUMENT_PREPARE_RENAME: _can_rename,
    types.TEXT_DOCUMENT_RENAME: _rename,
    types.TEXT_DOCUMENT_CODE_ACTION: _mend,
}
OPTIONS: dict[str, Any] = {
    types.TEXT_DOCUMENT_COMPLETION: types.CompletionOptions(
        trigger_characters=["=", " ", ".", "{", "[", "("]
    ),
    types.TEXT_DOCUMENT_RENAME: types.RenameOptions(prepare_provider=True),
    types.TEXT_DOCUMENT_CODE_ACTION: types.CodeActionOptions([types.CodeActionKind.QuickFix]),
}
