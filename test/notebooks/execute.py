"""Runs notebooks through a real Jupyter client and their own kernel, as a reader's "Run All Cells" would.

    python execute.py IN.ipynb OUT.ipynb

IN is left alone; OUT gets the executed notebook in the form in which the project stores notebooks: sources, tags
and outputs, and nothing that differs from one run to the next. Each line on standard output is a JSON object:
{"cell": n, "seconds": s} after each code cell, {"error": text} when the kernel cannot go on.
"""

import copy
import hashlib
import json
import os
import re
import sys
import time
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

CELL_TIMEOUT_SECONDS = 120
KEPT_CELL_METADATA = ("tags", "jupyter")
KEPT_LANGUAGE_INFO = ("file_extension", "mimetype", "name")


def main(source: Path, target: Path) -> int:
    os.environ["DISTLAB_PROGRESS"] = "off"  # a stored chapter shows no reader's progress, and a run leaves none behind
    notebook = nbformat.read(source, as_version=4)
    stored = copy.deepcopy(notebook)
    began = {"cell": 0, "time": 0.0}

    def start(cell, cell_index):
        began.update(cell=cell_index, time=time.monotonic())

    def end(cell, cell_index, execute_reply):
        tell(cell=cell_index, seconds=round(time.monotonic() - began["time"], 3))

    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_SECONDS,
        # A failing cell is an output like any other: the comparison tells, and the cells after it run too.
        allow_errors=True,
        resources={"metadata": {"path": str(source.parent)}},
        on_cell_execute=start,
        on_cell_executed=end,
    )
    failure = None
    try:
        client.execute()
    except NoSuchKernel as error:
        failure = f"there is no kernel named {error.name}"
    except DeadKernelError:
        failure = f"the kernel died in cell {began['cell'] + 1}"
    except CellTimeoutError:
        failure = f"cell {began['cell'] + 1} took more than {CELL_TIMEOUT_SECONDS} s"
    if failure:
        tell(error=failure)
        return 1
    tidy(notebook, stored)
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target)
    return 0


def tidy(notebook, stored) -> None:
    """Keeps what the author wrote and what the cells showed; drops times, counters and editors' marks."""
    spec = notebook.metadata.get("kernelspec", {})
    language_info = notebook.metadata.get("language_info", {})
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {key: spec[key] for key in ("display_name", "language", "name") if key in spec},
            "language_info": {key: language_info[key] for key in KEPT_LANGUAGE_INFO if key in language_info},
        }
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen: set[str] = set()
    count = 0
    for cell, before in zip(notebook.cells, stored.cells):
        cell.metadata = {key: cell.metadata[key] for key in KEPT_CELL_METADATA if cell.metadata.get(key)}
        cell.id = cell_id(cell, seen)
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        cell.outputs = merged(cell.outputs)
        # What a clock said is stored once and then left alone, so that storing again changes nothing.
        if "wall-clock" in cell.metadata.get("tags", []) and before.outputs and is_unchanged(before, cell):
            cell.outputs = merged(before.outputs)
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count


def is_unchanged(before, cell) -> bool:
    failed = any(output.output_type == "error" for output in before.outputs)
    return before.source == cell.source and not failed


def merged(outputs):
    """One output per stretch of a stream, however many pieces it came in, and no transient parts."""
    result = []
    for output in outputs:
        output = copy.deepcopy(output)
        output.pop("transient", None)
        last = result[-1] if result else None
        if output.output_type == "stream" and last and last.output_type == "stream" and last.name == output.name:
            last.text += output.text
        else:
            result.append(output)
    return result


def cell_id(cell, seen: set[str]) -> str:
    """The id that the cell has, or for a cell without one, or with another's, one made of its text."""
    own = cell.get("id", "")
    if not re.fullmatch(r"[a-zA-Z0-9-_]{1,64}", own) or own in seen:
        own = hashlib.sha256(cell.source.encode()).hexdigest()[:8]
        while own in seen:
            own = hashlib.sha256(own.encode()).hexdigest()[:8]
    seen.add(own)
    return own


def tell(**facts) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
