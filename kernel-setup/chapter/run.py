"""Runs a notebook through a real Jupyter client, as "Run All Cells" would, and keeps the run as a notebook or a page.

    python run.py IN.ipynb FOLDER OUT TITLE [--go-on]

The cells run in FOLDER. OUT ends in .ipynb or .html and is written also when a cell fails. A cell that fails ends the
run, unless it is to go on. Each line on standard
output is a JSON object: {"started": n} and {"ended": n, "seconds": s} for the n-th code cell that is not empty,
{"failure": text} when the run ends early, {"written": true} when OUT is there.
"""

import base64
import copy
import html
import json
import re
import sys
import time
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

# Richest first. Without what only a running JupyterLab can draw, so that the still picture or table is shown.
SHOWN_IN_A_PAGE = ["text/html", "text/markdown", "image/svg+xml", "text/latex", "image/png", "image/jpeg", "text/plain"]


def main(source: Path, folder: Path, target: Path, title: str, goes_on: bool) -> int:
    notebook = nbformat.read(source, as_version=4)
    status = execute(notebook, folder, goes_on)
    if target.suffix == ".html":
        target.write_text(page(notebook, folder, title), encoding="utf-8")
    else:
        nbformat.write(notebook, target)
    tell(written=True)
    return status


def execute(notebook, folder: Path, goes_on: bool) -> int:
    numbers: dict[int, int] = {}
    began = {"cell": 0, "time": 0.0}

    def start(cell, cell_index):
        number = numbers.setdefault(cell_index, len(numbers) + 1)
        began.update(cell=number, time=time.monotonic())
        tell(started=number)

    def end(cell, cell_index, execute_reply):
        tell(ended=numbers[cell_index], seconds=round(time.monotonic() - began["time"], 3))

    client = NotebookClient(
        notebook,
        timeout=None,  # a reader's own numbers may take long, and Ctrl-C ends the run
        record_timing=False,
        allow_errors=goes_on,
        resources={"metadata": {"path": str(folder)}},
        on_cell_execute=start,
        on_cell_executed=end,
    )
    try:
        client.execute()
    except CellExecutionError as error:
        told = last_traceback(notebook) or f"{error.ename}: {error.evalue}"
        tell(failure=f"cell {began['cell']} failed:\n\n{told}")
    except NoSuchKernel as error:
        tell(failure=f"there is no kernel named {error.name}")
    except DeadKernelError:
        tell(failure=f"the kernel died in cell {began['cell']}")
    else:
        return 0
    return 1


def last_traceback(notebook) -> str:
    """What the kernel says of the last error, without the cell's text, which nbclient puts before it."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    errors = [output for output in outputs if output.output_type == "error"]
    return "\n".join(errors[-1].traceback) if errors else ""


def page(notebook, folder: Path, title: str) -> str:
    # Loaded only for a page: it takes a second.
    from nbconvert import HTMLExporter
    from traitlets.config import Config

    exporter = HTMLExporter(
        config=Config({"NbConvertBase": {"display_data_priority": SHOWN_IN_A_PAGE}}),
        embed_images=True,
        require_js_url="",
    )
    resources = {"metadata": {"path": str(folder), "name": title}}
    text, _ = exporter.from_notebook_node(with_descriptions(notebook), resources=resources)
    # Nothing in a chapter's outputs needs require.js, and a page should not ask a server for it.
    return text.replace('<script src=""></script>', "")


def with_descriptions(notebook):
    """A page holds a picture as a closed file, so its title is put beside it for a screen reader."""
    notebook = copy.deepcopy(notebook)
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        data = output.get("data", {})
        picture = data.get("image/svg+xml", "")
        title = re.search(r"<title[^>]*>(.*?)</title>", picture, re.DOTALL)
        if title and "text/html" not in data:
            text = html.escape(html.unescape(title[1]))
            encoded = base64.b64encode(picture.encode()).decode()
            data["text/html"] = f'<img alt="{text}" src="data:image/svg+xml;base64,{encoded}">'
    return notebook


def tell(**facts) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4], "--go-on" in sys.argv[5:]))
