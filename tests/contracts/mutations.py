"""Shipped specs spoilt at random, in bytes, in tokens and in keys; run as a program, it measures.

``python -m tests.contracts.mutations FIRST LAST`` checks the specs of these seeds in a process that
does nothing else, and prints the longest time of one in seconds of this process, and the largest
memory in MB, as JSON.
"""

import json
import random
import re
import resource
import sys
import tempfile
import time
from pathlib import Path

from archforge.catalog import check, shipped
from archforge.errors import ProblemError
from archforge.layers import LAYERS
from archforge.spec.steps import STEP_KINDS

TEXTS = {name: path.read_bytes() for name, path in shipped().items()}
PIECES = [
    "=", "@", "{", "}", "[", "]", ":", ",", "-", "*", "'", '"', "\t", "  ", "\n", "0", "-1",
    "9" * 30,
    "null", "true", "1e9", "=10**9", "=range(10**6)", "prev", "input", "x@i", "x@*", "=f@(i-1)",
    "for", "if", "layer", "block", "share", "steps", "from", "name", "repeat", "Conv2D", "Dense",
    "{}", "[]", "[[]]", "=channels(prev)", "=height(image)", "align", "crop", "sizes: pad\n",
    "architecture", "extends: unet\n", "edit: [{remove: bridge}]\n", "until", "vgg", "unet_vgg16",
    "encoder.conv@3", "=2**2**2**2**9", "=[0]*10**8", "&a", "*a", "<<", "!!python/name:os.system",
    "\u2028", "\x00", "\u00e9", "\U0001f642",
]  # fmt: skip
KEYS = [
    *(*STEP_KINDS, "name", "from", "repeat", "align"),
    *("steps", "else", "merge", "filters", "units"),
]


def in_bytes(text: bytes, draw: random.Random) -> bytes:
    """One byte set, dropped or doubled; what comes out need not be text."""
    at = draw.randrange(len(text))
    middle = draw.choice([bytes([draw.randrange(256)]), b"", text[at : at + 1] * 2])
    return text[:at] + middle + text[at + 1 :]


def in_tokens(text: bytes, draw: random.Random) -> bytes:
    """A word replaced, a piece put in, some letters lost, or lines moved."""
    words = text.decode("utf-8", errors="replace")
    at = draw.randrange(len(words))
    kind = draw.choice(["insert", "delete", "replace", "drop", "swap", "copy"])
    if kind == "insert":
        words = words[:at] + draw.choice(PIECES) + words[at:]
    elif kind == "delete":
        words = words[:at] + words[at + draw.randint(1, 6) :]
    elif kind == "replace":
        found = draw.choice(list(re.finditer(r"[\w=@*+()]+", words)))
        words = words[: found.start()] + draw.choice(PIECES) + words[found.end() :]
    else:
        words = _lines(words, kind, draw)
    return words.encode()


def _lines(words: str, kind: str, draw: random.Random) -> str:
    lines = words.split("\n")
    i, j = draw.randrange(len(lines)), draw.randrange(len(lines))
    if kind == "drop":
        del lines[i]
    elif kind == "swap":
        lines[i], lines[j] = lines[j], lines[i]
    else:
        lines.insert(i, lines[j])
    return "\n".join(lines)


def in_keys(text: bytes, draw: random.Random) -> bytes:
    """A key under another name, or the layer of a step another layer."""
    words = text.decode("utf-8", errors="replace")
    found = list(re.finditer(r"\b\w+(?=:)", words))
    layers = list(re.finditer(r"(?<=layer: )\w+", words))
    if draw.random() < 0.5 and layers:
        one, new = draw.choice(layers), draw.choice(sorted(LAYERS))
    elif found:
        one, new = draw.choice(found), draw.choice([*KEYS, draw.choice(found).group()])
    else:
        return text
    return (words[: one.start()] + new + words[one.end() :]).encode()


def spoilt(seed: int) -> bytes:
    """One of the shipped specs with one to three small accidents."""
    draw = random.Random(seed)  # noqa: S311 (test data)
    text = TEXTS[draw.choice(sorted(TEXTS))]
    for _ in range(draw.randint(1, 3)):
        text = draw.choice([in_bytes, in_tokens, in_tokens, in_keys])(text or b" ", draw)
    return text


def survive(seeds: range, folder: Path) -> float:
    """Check the specs of these seeds; the longest time of one, in seconds of this process.

    Raises:
        AssertionError: One of them was neither a network nor problems with a place.
    """
    slowest = 0.0
    for seed in seeds:
        file = folder / "spoilt.yaml"
        file.write_bytes(spoilt(seed))
        begun = time.process_time()
        try:
            check(str(file))
        except ProblemError as error:
            for problem in error.problems:
                assert problem.mark is not None, f"seed {seed}: {problem}"
                assert problem.message, f"seed {seed}"
                assert "Traceback" not in str(problem), f"seed {seed}"
        except Exception as error:  # any other error is what this looks for, told with its seed
            raise AssertionError(f"seed {seed}: {type(error).__name__}: {error}") from error
        slowest = max(slowest, time.process_time() - begun)
    return slowest


def main() -> None:
    """Measure in a process of its own."""
    first, last = map(int, sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        slowest = survive(range(first, last), Path(folder))
    sys.stdout.write(json.dumps({"slowest_s": slowest, "peak_mb": peak_mb()}) + "\n")


def peak_mb() -> float:
    """The most memory that this program had."""
    status = Path("/proc/self/status")
    if status.is_file():
        # What `resource` tells on Linux is that of the process that started this one, if larger.
        (peak,) = re.findall(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.MULTILINE)
        return int(peak) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
