"""Every question, asked of a server in this process: what `test_server` asks of one of its own."""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from archforge.catalog import shipped
from archforge.studio.serving import make_server

UNET = shipped()["unet"].read_text().replace("layer: MaxPooling2D", "layer: MaxPoling2D")
URI = "file:///somewhere/spec.yaml"
DOCUMENT = {"uri": URI}


class Wire:
    """A connection that sends and reads messages as they are."""

    def __init__(self, send: BinaryIO, read: BinaryIO) -> None:
        self._send = send
        self._read = read
        self._count = 0

    def tell(self, method: str, params: Any) -> None:
        """Send a message that has no answer."""
        self._write({"method": method, "params": params})

    def ask(self, method: str, params: Any) -> Any:
        """Send a question and wait for its answer."""
        self._count += 1
        self._write({"id": self._count, "method": method, "params": params})
        while (message := self.next()).get("id") != self._count or "method" in message:
            pass
        return message.get("result", message.get("error"))

    def told(self, method: str) -> Any:
        """The next message of this kind from the server."""
        while (message := self.next()).get("method") != method:
            pass
        return message.get("params")

    def _write(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._send.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._send.flush()

    def next(self) -> dict[str, Any]:
        """The next message of any kind."""
        length = 0
        while (line := self._read.readline()) != b"\r\n":
            assert line, "the server went away"
            if line.lower().startswith(b"content-length"):
                length = int(line.split(b":")[1])
        message: dict[str, Any] = json.loads(self._read.read(length))
        return message


@pytest.fixture
def wire() -> Iterator[Wire]:
    to_server, from_us = os.pipe()
    to_us, from_server = os.pipe()
    with os.fdopen(to_server, "rb") as stdin, os.fdopen(from_server, "wb") as stdout:
        thread = threading.Thread(target=make_server("0").start_io, args=(stdin, stdout))
        thread.start()
        with os.fdopen(to_us, "rb") as read:
            with os.fdopen(from_us, "wb") as send:
                connection = Wire(send, read)
                refresh = {"workspace": {"inlayHint": {"refreshSupport": True}}}
                connection.ask("initialize", {"processId": os.getpid(), "capabilities": refresh})
                connection.tell("initialized", {})
                yield connection
            thread.join()  # it ends when its pipe is closed


def opened(wire: Wire, text: str, uri: str = URI) -> list[Any]:
    document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
    wire.tell("textDocument/didOpen", {"textDocument": document})
    found: list[Any] = wire.told("textDocument/publishDiagnostics")["diagnostics"]
    return found


def at(words: str, inside: int) -> dict[str, Any]:
    before = UNET[: UNET.index(words) + inside]
    place = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
    return {"textDocument": DOCUMENT, "position": place}


WHOLE = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}


def test_every_question_about_a_spec_is_answered(wire: Wire) -> None:
    (problem,) = opened(wire, UNET)
    wire.told("workspace/inlayHint/refresh")

    hints = wire.ask("textDocument/inlayHint", {"textDocument": DOCUMENT, "range": WHOLE})
    hover = wire.ask("textDocument/hover", at("block: DoubleConv", 9))
    offers = wire.ask("textDocument/completion", at("MaxPoling2D", 3))
    places = wire.ask("textDocument/definition", at("skip@i], align", 1))
    ready = wire.ask("textDocument/prepareRename", at("name: skip@i", 7))
    renamed = wire.ask("textDocument/rename", {**at("name: skip@i", 7), "newName": "saved"})
    refused = wire.ask("textDocument/rename", {**at("name: skip@i", 7), "newName": "image"})
    fixes = wire.ask(
        "textDocument/codeAction",
        {"textDocument": DOCUMENT, "range": WHOLE, "context": {"diagnostics": []}},
    )

    assert problem["code"] == "AF103"
    assert hints
    assert "a block of this file" in hover["contents"]["value"]
    assert "MaxPooling2D" in [offer["label"] for offer in offers]
    assert len(places) == 1
    assert ready["placeholder"] == "skip"
    assert len(renamed["changes"][URI]) == UNET.count("skip@")
    assert refused["message"] == "there is a node 'image' already"
    assert [fix["title"] for fix in fixes] == ["write 'MaxPooling2D'"]


def test_a_word_that_is_no_name_cannot_be_renamed(wire: Wire) -> None:
    opened(wire, UNET)

    ready = wire.ask("textDocument/prepareRename", at("archforge: 1", 2))

    assert ready is None


def test_questions_about_a_file_that_is_no_spec_have_empty_answers(wire: Wire) -> None:
    assert opened(wire, "services: {a: 1}\n") == []

    place = {"textDocument": DOCUMENT, "position": {"line": 0, "character": 1}}

    assert wire.ask("textDocument/hover", place) is None
    assert wire.ask("textDocument/completion", place) == []
    assert wire.ask("textDocument/definition", place) == []
    assert wire.ask("textDocument/prepareRename", place) is None
    assert wire.ask("textDocument/rename", {**place, "newName": "x"}) is None
    context = {"context": {"diagnostics": []}, "range": WHOLE}
    assert wire.ask("textDocument/codeAction", {"textDocument": DOCUMENT, **context}) == []
    assert wire.ask("textDocument/inlayHint", {"textDocument": DOCUMENT, "range": WHOLE}) == []


def test_a_file_that_was_never_a_network_has_no_hints(wire: Wire) -> None:
    opened(wire, "archforge: 1\nname: [")

    found = wire.ask("textDocument/inlayHint", {"textDocument": DOCUMENT, "range": WHOLE})

    assert found == []


def test_a_file_that_another_one_includes_is_looked_at_again_when_it_is_saved(
    wire: Wire, tmp_path: Path
) -> None:
    other = tmp_path / "other.yaml"
    mine = (tmp_path / "mine.yaml").as_uri()
    other.write_text("archforge: 1\nname: [")
    before = opened(wire, "archforge: 1\nname: mine\nextends: other.yaml\n", mine)

    other.write_text(shipped()["lenet5"].read_text())
    wire.tell("textDocument/didSave", {"textDocument": {"uri": mine}})
    after = wire.told("textDocument/publishDiagnostics")["diagnostics"]

    assert [problem["code"] for problem in before] == ["AF002"]
    assert before[0]["range"]["start"]["line"] == 2
    assert after == []


def test_a_file_that_is_closed_while_it_is_looked_at_is_forgotten(wire: Wire) -> None:
    opened(wire, UNET)

    wire.tell(
        "textDocument/didChange",
        {
            "textDocument": {"uri": URI, "version": 2},
            "contentChanges": [{"text": UNET + "# more\n"}],
        },
    )
    wire.tell("textDocument/didClose", {"textDocument": DOCUMENT})

    assert wire.told("textDocument/publishDiagnostics")["diagnostics"] == []
    assert wire.ask("textDocument/hover", at("block: DoubleConv", 9)) is None
