"""The language server over stdio, asked by a real client."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from archforge.catalog import shipped
from tests.specs import HEAD, spec_text
from tests.studio.conftest import SERVER, URI, Editor

UNET = shipped()["unet"].read_text()


async def test_problems_stand_under_the_word_with_why_and_fix(editor: Editor) -> None:
    (problem,) = await editor.open(
        spec_text("  - {layer: Conv2D, filters: =min(8, 4), kernel_size: 3}\n" + HEAD)
    )

    assert problem.code == "AF108"
    assert problem.severity is types.DiagnosticSeverity.Error
    assert "why: inside {...} a comma ends the value" in problem.message
    assert 'fix: quote it: `filters: "=min(8, 4)"`' in problem.message
    assert problem.range == types.Range(types.Position(5, 37), types.Position(5, 39))
    assert problem.code_description is not None
    assert problem.code_description.href.endswith("/AF108.md")


async def test_a_sound_file_has_no_problems_and_a_closed_one_neither(editor: Editor) -> None:
    assert await editor.open(UNET) == []

    broken = await editor.write(UNET.replace("filters: =filters}", "filter: =filters}", 1))
    editor.client.text_document_did_close(
        types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(URI))
    )

    assert [problem.code for problem in broken] == ["AF101"]
    assert await editor.problems() == []


async def test_typing_fast_looks_once(editor: Editor) -> None:
    await editor.open(UNET)

    for count in range(1, 30):
        editor.change(UNET + "#" * count)
    (problem,) = await editor.write(UNET + "\nnonsense: 1\n")

    assert problem.code == "AF101"
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(
            editor.client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS), 0.5
        )


async def test_a_problem_in_another_file_is_shown_at_the_line_that_leads_there(
    editor: Editor, tmp_path: Path
) -> None:
    (tmp_path / "other.yaml").write_text(spec_text("  - {layer: Conv4D}\n" + HEAD))
    uri = (tmp_path / "mine.yaml").as_uri()
    text = spec_text("  - {architecture: other.yaml, name: inner}\n" + HEAD)

    (problem,) = await editor.open(text, uri)

    assert problem.range.start == types.Position(5, 2)
    assert "other.yaml:6:13" in problem.message


async def test_hints_tell_what_each_line_makes(editor: Editor) -> None:
    await editor.open(UNET)

    found = await editor.client.text_document_inlay_hint_async(
        types.InlayHintParams(**editor.whole())
    )

    lines = UNET.split("\n")
    shown = {lines[hint.position.line].strip()[:30]: hint.label for hint in found or ()}
    assert shown["- {block: DoubleConv, name: br"] == "-> 28x28x1024, 14 M"
    assert shown["- {layer: MaxPooling2D, pool_s"] == "-> 284x284x64 .. 32x32x512 in 4"


async def test_half_written_text_keeps_the_hints_of_its_other_lines(editor: Editor) -> None:
    await editor.open(UNET)
    (problem,) = await editor.write(UNET.replace("name: bridge, ", "name: bridge, [", 1))

    found = await editor.client.text_document_inlay_hint_async(
        types.InlayHintParams(**editor.whole())
    )

    lines = UNET.split("\n")
    assert problem.code == "AF002"
    assert "segmentation_head" in lines[(found or ())[-1].position.line]
    assert not any("bridge" in lines[hint.position.line] for hint in found or ())


async def test_hover_definition_and_completion(editor: Editor) -> None:
    await editor.open(UNET)

    told = await editor.client.text_document_hover_async(
        types.HoverParams(**editor.at("layer: Conv2DTranspose", 8))
    )
    found = await editor.client.text_document_definition_async(
        types.DefinitionParams(**editor.at("skip@i], align", 1))
    )
    offered = await editor.client.text_document_completion_async(
        types.CompletionParams(**editor.at("Conv2DTranspose", 3))
    )

    assert told is not None
    assert isinstance(told.contents, types.MarkupContent)
    assert "28x28x1024 -> 56x56x512" in told.contents.value
    assert isinstance(found, list)
    assert [place.range.start.line + 1 for place in found] == [54]
    assert isinstance(offered, list)
    assert "Conv2D" in [item.label for item in offered]


async def test_rename_changes_every_use_and_refuses_a_name_that_exists(editor: Editor) -> None:
    await editor.open(UNET)

    ready = await editor.client.text_document_prepare_rename_async(
        types.PrepareRenameParams(**editor.at("skip@i, filters", 1))
    )
    edit = await editor.client.text_document_rename_async(
        types.RenameParams(**editor.at("skip@i, filters", 1), new_name="saved")
    )
    with pytest.raises(JsonRpcException, match="there is a node 'join' already"):
        await editor.client.text_document_rename_async(
            types.RenameParams(**editor.at("skip@i, filters", 1), new_name="join")
        )

    assert isinstance(ready, types.PrepareRenamePlaceholder)
    assert ready.placeholder == "skip"
    assert "from: [prev, saved@i]" in editor.after(edit)


async def test_a_quick_fix_is_offered_where_the_problem_is(editor: Editor) -> None:
    await editor.open(UNET.replace("layer: MaxPooling2D", "layer: MaxPoling2D"))

    actions = await editor.client.text_document_code_action_async(
        types.CodeActionParams(**editor.whole(), context=types.CodeActionContext([]))
    )

    (action,) = [one for one in actions or () if isinstance(one, types.CodeAction)]
    assert action.title == "write 'MaxPooling2D'"
    assert editor.after(action.edit) == UNET


async def test_questions_about_a_file_that_is_not_open_have_no_answer(editor: Editor) -> None:
    editor.text = UNET

    told = await editor.client.text_document_hover_async(
        types.HoverParams(**editor.at("Conv2D", 1))
    )

    assert told is None


async def test_other_yaml_files_of_the_editor_are_left_alone(editor: Editor) -> None:
    editor.client.text_document_did_open(
        types.DidOpenTextDocumentParams(
            types.TextDocumentItem(URI, "yaml", 0, "services: {a: 1}\n")
        )
    )
    editor.text = "services: {a: 1}\n"

    offered = await editor.client.text_document_completion_async(
        types.CompletionParams(**editor.at("{a", 1))
    )
    experiment = await editor.open("archforge: 1\nkind: experiment\n", "file:///other.yaml")

    assert offered == []
    assert experiment == []


async def test_a_new_file_is_offered_its_first_word_and_has_no_problem_before_it(
    editor: Editor,
) -> None:
    empty = await editor.open("")
    begun = await editor.write("arch")

    offered = await editor.client.text_document_completion_async(
        types.CompletionParams(**editor.at("arch", 4))
    )
    other = await editor.write("services: {a: 1}\n")
    spec = await editor.write("archforge: 1\n")

    assert empty == begun == other == []
    assert isinstance(offered, list)
    assert "archforge" in [item.label for item in offered]
    assert {problem.code for problem in spec} == {"AF102"}


async def test_columns_are_counted_as_editors_count_them(editor: Editor) -> None:
    text = spec_text('  - {layer: "\U0001d49eonv2D", name: x}\n' + HEAD)

    (problem,) = await editor.open(text)

    # The first letter is two units of UTF-16 wide.
    assert problem.range == types.Range(types.Position(5, 12), types.Position(5, 21))


def _started(**environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        SERVER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **environment},
    )


def _send(server: subprocess.Popen[bytes], **message: object) -> None:
    assert server.stdin is not None
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    server.stdin.flush()


def test_the_server_ends_when_its_pipe_is_closed() -> None:
    server = _started()
    _send(server, id=1, method="initialize", params={"processId": None, "capabilities": {}})
    assert server.stdout is not None
    assert server.stdout.readline().startswith(b"Content-Length")

    server.stdin.close()  # type: ignore[union-attr]  # it was asked for above

    assert server.wait(10) == 0
    server.stdout.close()


def test_the_server_ends_when_its_editor_is_killed_and_the_pipe_stays_open() -> None:
    editor = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    server = _started()
    _send(server, id=1, method="initialize", params={"processId": editor.pid, "capabilities": {}})
    _send(server, method="initialized", params={})
    assert server.stdout is not None
    assert server.stdout.readline().startswith(b"Content-Length")

    editor.send_signal(signal.SIGKILL)
    editor.wait()

    assert server.wait(15) == 0
    server.stdin.close()  # type: ignore[union-attr]  # it was asked for above
    server.stdout.close()


def test_the_server_loads_no_tensorflow_and_no_numpy() -> None:
    code = (
        "import sys; import archforge.studio.serving; "
        "print([name for name in ('tensorflow', 'keras', 'numpy') if name in sys.modules])"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout == "[]\n"


def test_without_pygls_the_command_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "pygls.py").write_text("raise ModuleNotFoundError(name='pygls')\n")

    found = subprocess.run(
        SERVER,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )

    assert found.returncode == 2
    assert 'the language server needs pygls: pip install "archforge[editors]"' in found.stderr
