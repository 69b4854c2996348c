"""The exported schema in the server that most editors use for YAML: a real one, over stdio."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from lsprotocol import types
from pytest_lsp import LanguageClient, make_test_lsp_client

from archforge.blocks import BLOCKS
from archforge.layers import LAYERS
from archforge.schema import choices, language_schema, shown
from tests.specs import HEAD, spec_text
from tests.studio.files import SPECS

VERSIONS = ("1.25.0", "2.0.0")
"""The last of each line that editors ship."""

HEADER = "# yaml-language-server: $schema=archforge.schema.json\n"
NPM = shutil.which("npm")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NPM is None, reason="npm is not installed: it brings yaml-language-server"),
]


@pytest.fixture(scope="module", params=VERSIONS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command of yaml-language-server, installed into a temporary folder."""
    folder = tmp_path_factory.mktemp("npm")
    package = f"yaml-language-server@{request.param}"
    command = [str(NPM), "install", "--no-audit", "--no-fund", "--prefix", str(folder), package]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"npm cannot install {package}: {done.stderr.strip()[-200:]}")
    return [str(folder / "node_modules" / ".bin" / "yaml-language-server"), "--stdio"]


class Editor:
    """A file in an editor with yaml-language-server."""

    def __init__(self, client: LanguageClient, folder: Path) -> None:
        self._client = client
        self._folder = folder
        self._count = 0

    async def open(self, text: str) -> "Opened":
        """Open a file of this text, beside the schema."""
        self._count += 1
        path = self._folder / f"spec{self._count}.yaml"
        uri = path.as_uri()
        self._client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "yaml", 0, HEADER + text))
        )
        while uri not in self._client.diagnostics:
            await asyncio.wait_for(
                self._client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS), 30
            )
        return Opened(self._client, uri, HEADER + text)


class Opened:
    """One file, and what the server says of it."""

    def __init__(self, client: LanguageClient, uri: str, text: str) -> None:
        self._client = client
        self._uri = uri
        self.text = text

    @property
    def problems(self) -> list[types.Diagnostic]:
        return list(self._client.diagnostics[self._uri])

    def _at(self, words: str, inside: int) -> dict[str, Any]:
        before = self.text[: self.text.index(words) + inside]
        position = types.Position(before.count("\n"), len(before.rpartition("\n")[2]))
        return {"text_document": types.TextDocumentIdentifier(self._uri), "position": position}

    async def offers(self, words: str, inside: int) -> dict[str, types.CompletionItem]:
        """What may be written there, by label."""
        found = await self._client.text_document_completion_async(
            types.CompletionParams(**self._at(words, inside))
        )
        items = found.items if isinstance(found, types.CompletionList) else list(found or ())
        return {item.label: item for item in items}

    async def told(self, words: str, inside: int) -> str:
        """The text of a hover."""
        found = await self._client.text_document_hover_async(
            types.HoverParams(**self._at(words, inside))
        )
        return "" if found is None else str(getattr(found.contents, "value", found.contents))


@pytest_asyncio.fixture
async def editor(server: list[str], tmp_path: Path) -> AsyncIterator[Editor]:
    (tmp_path / "archforge.schema.json").write_text(json.dumps(language_schema()))
    client = make_test_lsp_client()
    # It asks for its settings before it does anything; a schema store would be the network.
    settings = {
        "yaml": {
            "schemaStore": {"enable": False, "url": ""},
            "validate": True,
            "hover": True,
            "completion": True,
        }
    }
    client.set_configuration(settings)
    await client.start_io(*server)
    await client.initialize_session(
        types.InitializeParams(
            capabilities=types.ClientCapabilities(
                workspace=types.WorkspaceClientCapabilities(configuration=True),
                text_document=types.TextDocumentClientCapabilities(
                    completion=types.CompletionClientCapabilities(
                        completion_item=types.ClientCompletionItemOptions(
                            snippet_support=True,
                            documentation_format=[types.MarkupKind.Markdown],
                        )
                    )
                ),
            ),
            root_uri=tmp_path.as_uri(),
        )
    )
    yield Editor(client, tmp_path)
    await client.shutdown_session()


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
async def test_a_sound_spec_has_nothing_underlined(editor: Editor, path: Path) -> None:
    file = await editor.open(path.read_text())

    assert [problem.message for problem in file.problems] == []


async def test_all_layers_come_after_layer(editor: Editor) -> None:
    file = await editor.open(spec_text("  - layer: \n" + HEAD))

    found = await file.offers("layer: ", 7)

    assert set(found) >= set(LAYERS)
    assert str(found["Conv2D"].documentation).count(LAYERS["Conv2D"].summary()) == 1


async def test_all_blocks_come_after_block(editor: Editor) -> None:
    file = await editor.open(spec_text("  - block: \n"))

    found = await file.offers("block: ", 7)

    assert set(found) >= set(BLOCKS)


async def test_arguments_of_the_layer_come_as_keys(editor: Editor) -> None:
    file = await editor.open(spec_text("  - layer: Conv2D\n    filters: 8\n    \n" + HEAD))

    found = await file.offers("    filters: 8\n    ", 19)

    assert set(LAYERS["Conv2D"].arguments()) - {"filters"} <= set(found)
    assert {"name", "from", "if", "repeat"} <= set(found)
    assert "pool_size" not in found


async def test_what_joins_branches_comes_after_merge(editor: Editor) -> None:
    file = await editor.open(spec_text("  - branches: {a: [], b: []}\n    merge: \n" + HEAD))

    found = await file.offers("merge: ", 7)

    assert {"Add", "Concatenate", "Multiply", "Average", "Maximum"} <= set(found)


@pytest.mark.parametrize("line", ["padding: ", "activation: ", "kernel_initializer: "])
async def test_words_come_where_a_formula_may_stand_too(editor: Editor, line: str) -> None:
    file = await editor.open(spec_text(f"  - layer: Conv2D\n    {line}\n" + HEAD))

    found = await file.offers(line, len(line))

    schema = LAYERS["Conv2D"].arguments()[line[:-2]].schema
    assert {shown(word) for word in choices(schema)} <= set(found)


@pytest.mark.parametrize(
    ("step", "word", "message"),
    [
        ("{layer: Conv2d, filters: 8}", "Conv2d", "there is no layer of that name"),
        ("{block: segmentation_heat}", "segmentation_heat", "there is no block of that name"),
        ("{lyer: Conv2D}", "lyer: Conv2D", 'Missing property "layer"'),
    ],
)
async def test_what_check_refuses_by_name_is_underlined(
    editor: Editor, step: str, word: str, message: str
) -> None:
    file = await editor.open(spec_text(f"  - {step}\n" + HEAD))

    (problem,) = file.problems
    assert message in problem.message
    assert problem.range.start.line == 6
    assert abs(problem.range.start.character - step.index(word) - 4) <= 1


async def test_own_blocks_and_formulas_are_not_underlined(editor: Editor) -> None:
    steps = "  - {block: Own, width: 3}\n  - {layer: =kind, filters: =f}\n"

    file = await editor.open(spec_text(steps + HEAD))

    assert [problem.message for problem in file.problems] == []


async def test_a_misspelt_argument_is_underlined_alone(editor: Editor) -> None:
    step = "  - {layer: Conv2D, filters: 8, kernel_siz: 3, kernel_size: 3}\n"

    file = await editor.open(spec_text(step + HEAD))

    (problem,) = file.problems
    column = step.index("kernel_siz:")
    assert problem.range.start == types.Position(6, column)
    assert problem.range.end == types.Position(6, column + len("kernel_siz"))
    assert "kernel_siz" in problem.message


@pytest.mark.parametrize(
    ("words", "inside", "text"),
    [
        ("layer: MaxPooling2D", 9, "The largest value of each window"),
        ("pool_size", 2, "a whole number at least 1 or a list of 2; default 2"),
        ("align: crop", 1, "what to do with inputs of unequal size"),
        ("repeat: 2", 2, "how many copies to chain"),
        ("task: seg", 1, "segmentation"),
    ],
)
async def test_hover_tells_what_a_key_is(
    editor: Editor, words: str, inside: int, text: str
) -> None:
    steps = (
        "  - {layer: MaxPooling2D, name: low, pool_size: 2, repeat: 2}\n"
        "  - {layer: Concatenate, from: [low, low], align: crop}\n"
    )
    file = await editor.open(spec_text(steps + HEAD))

    assert text in await file.told(words, inside)
