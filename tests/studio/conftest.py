"""A real client that talks to `archforge lsp` over pipes, as an editor does."""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient

URI = "file:///somewhere/spec.yaml"
SERVER = [sys.executable, "-m", "archforge", "lsp"]


@pytest_lsp.fixture(config=ClientServerConfig(server_command=SERVER))  # type: ignore[untyped-decorator]  # pytest-lsp 1.0 does not type it
async def client(lsp_client: LanguageClient) -> AsyncIterator[None]:
    await lsp_client.initialize_session(
        types.InitializeParams(capabilities=types.ClientCapabilities())
    )
    yield
    await lsp_client.shutdown_session()


class Editor:
    """What a person does in an editor, in one line each."""

    def __init__(self, client: LanguageClient) -> None:
        self.client = client
        self.text = ""
        self._version = 0

    async def open(self, text: str, uri: str = URI) -> list[types.Diagnostic]:
        """Open a file and wait for its problems."""
        self.text = text
        self.client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "yaml", 0, text))
        )
        return await self.problems(uri)

    async def write(self, text: str, uri: str = URI) -> list[types.Diagnostic]:
        """Change the text and wait for its problems."""
        self.change(text, uri)
        return await self.problems(uri)

    def change(self, text: str, uri: str = URI) -> None:
        """Change the text."""
        self.text = text
        self._version += 1
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(version=self._version, uri=uri),
                [types.TextDocumentContentChangeWholeDocument(text)],
            )
        )

    async def problems(self, uri: str = URI) -> list[types.Diagnostic]:
        """The next problems that the server shows."""
        await asyncio.wait_for(
            self.client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS), 20
        )
        return list(self.client.diagnostics[uri])

    def at(self, words: str, inside: int = 0, uri: str = URI) -> dict[str, Any]:
        """Where ``words`` stand, as the arguments of a question."""
        before = self.text[: self.text.index(words) + inside]
        position = types.Position(before.count("\n"), len(before.rpartition("\n")[2]))
        return {"text_document": types.TextDocumentIdentifier(uri), "position": position}

    def whole(self, uri: str = URI) -> dict[str, Any]:
        """The whole text, as the arguments of a question."""
        end = types.Position(self.text.count("\n") + 1, 0)
        area = types.Range(types.Position(0, 0), end)
        return {"text_document": types.TextDocumentIdentifier(uri), "range": area}

    def after(self, edit: types.WorkspaceEdit | None, uri: str = URI) -> str:
        """The text after an edit."""
        assert edit is not None
        assert edit.changes is not None
        lines = self.text.split("\n")
        starts = [sum(len(line) + 1 for line in lines[:i]) for i in range(len(lines) + 1)]
        text = self.text
        for change in sorted(edit.changes[uri], key=lambda c: c.range.start, reverse=True):
            start = starts[change.range.start.line] + change.range.start.character
            end = starts[change.range.end.line] + change.range.end.character
            text = text[:start] + change.new_text + text[end:]
        return text


@pytest.fixture
def editor(client: LanguageClient) -> Editor:
    return Editor(client)
