#!/usr/bin/env python3
"""Records the first minute of a new user as tests/readme/first-minute.svg: `python3 tests/readme/record.py`.

Owns what is run and how it is drawn. It runs the commands of the README in a temporary folder, with an empty cache of
cargo, and draws what they really printed and how long each took. It needs `fc-local` in PATH, Rust with the musl
target, make, and the network. The picture shows all lines, then plays once: a viewer that does not animate, or that takes
one frame, such as a PDF converter, has the whole.
"""

import os
import pathlib
import re
import subprocess
import tempfile
import time
from xml.sax.saxutils import escape

ROOT = pathlib.Path(__file__).resolve().parents[2]
PICTURE = ROOT / "tests/readme/first-minute.svg"

# Each command, the folder below the temporary one that it runs in, and how many of its last lines are shown.
STEPS = [
    ('fc-local new hello --path "$OLDPWD"', ".", 0),
    ("cat src/main.rs", "hello", 0),
    ("make run", "hello", 12),
    ("make test", "hello", 5),
]
# The handler is shown, not the whole file.
SHOWN_OF_MAIN = re.compile(r"fn main\(\).*?\n}\n.*?fn handle\(.*?\n}\n", re.DOTALL)

WIDTH, LINE, LEFT, TOP = 880, 19, 20, 58
COLUMNS = 106
# How long a reader gets for all of it, for a command and for a line of its output, in seconds.
WHOLE_PAUSE, COMMAND_PAUSE, LINE_PAUSE = 3, 0.8, 0.05

STYLE = f"""
text{{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#d1d7e0}}
.bg{{fill:#161b22}}.command{{fill:#fff;font-weight:600}}.time{{fill:#7ee787;text-anchor:end}}.left-out{{fill:#7d8590}}
@keyframes wait{{from,to{{visibility:hidden}}}}
@media(prefers-reduced-motion:no-preference){{.line{{animation:wait 1ms {WHOLE_PAUSE}s}}}}
"""


def main():
    with tempfile.TemporaryDirectory() as folder:
        lines = [line for step in STEPS for line in play(folder, *step)]
    PICTURE.write_text(draw(lines), encoding="utf-8")
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size} bytes")


def play(folder, command, below, last):
    """Runs one command and returns its lines: the kind, the text, and the time at the right."""
    environment = dict(os.environ, OLDPWD=str(ROOT), CARGO_HOME=f"{folder}/cargo", CARGO_TERM_COLOR="never")
    environment.pop("CARGO_TARGET_DIR", None)
    begun = time.monotonic()
    done = subprocess.run(
        ["sh", "-c", f"exec 2>&1; {command}"],
        cwd=pathlib.Path(folder, below),
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    took = time.monotonic() - begun
    output = done.stdout.replace(str(ROOT), "~/fc-runtime").replace(folder, "~")
    if command.startswith("cat "):
        output = SHOWN_OF_MAIN.search(output).group()
    shown = output.rstrip().split("\n")
    left_out = len(shown) - last if last else 0
    shown_time = "" if command.startswith("cat ") else f"{took:.1f} s" if took >= 1 else f"{took * 1000:.0f} ms"
    lines = [("command", f"$ {command}", shown_time)]
    if left_out > 1:
        lines.append(("left-out", f"… {left_out} lines", ""))
        shown = shown[left_out:]
    return lines + [("output", line, "") for line in shown] + [("output", "", "")]


def draw(lines):
    """The picture: a window with all lines, each of which then waits for its turn."""
    height = TOP + len(lines) * LINE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">',
        "<title>A new project, its handler, its first run and its tests, with the time that each took</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="bg" width="{WIDTH}" height="{height}" rx="8"/>',
    ]
    for place, color in enumerate(["#ff5f58", "#ffbd2e", "#18c132"]):
        parts.append(f'<circle cx="{20 + 20 * place}" cy="20" r="6" fill="{color}"/>')
    moment = 0.0
    for row, (kind, text, took) in enumerate(lines):
        moment += COMMAND_PAUSE if kind == "command" else LINE_PAUSE
        parts.append(line_of(TOP + row * LINE, moment, kind, text, took))
    return "\n".join(parts) + "\n</svg>\n"


def line_of(y, moment, kind, text, took):
    if len(text) > COLUMNS:
        text = text[: COLUMNS - 1] + "…"
    wait = f'style="animation-duration:{moment:.2f}s"'
    line = f'<g class="line" {wait}><text class="{kind}" x="{LEFT}" y="{y}" xml:space="preserve">{escape(text)}</text>'
    if took:
        line += f'<text class="time" x="{WIDTH - LEFT}" y="{y}">{took}</text>'
    return line + "</g>"


if __name__ == "__main__":
    main()
