"""Runs a file or a module as ``__main__``, as the interpreter does that was started with it."""

from __future__ import annotations

import os
import sys
from types import TracebackType

from . import learning, title

_FOLDER = os.path.dirname(os.path.abspath(__file__))


def prepare(name: str, arguments: list[str], story: int) -> None:
    """Make this process look like one that was started with these arguments.

    `name` is the file's that was run, a script's perhaps. It tells of its imports in `story`.
    """
    sys.orig_argv[1:] = arguments
    title.show(name, sys.orig_argv)
    for ours in [each for each in sys.modules if each.partition(".")[0] == __package__]:
        del sys.modules[ours]
    parent = os.path.dirname(_FOLDER)
    sys.path.remove(parent)
    sys.path_importer_cache.pop(parent, None)
    sys.path_importer_cache.pop(_FOLDER, None)
    learning.learn(story)


def run(arguments: list[str]) -> None:
    """Run ``[FILE, ...]`` or ``["-m", MODULE, ...]``; whatever it raises is raised.

    The caller is at the bottom of the stack and does nothing afterwards: how the program ends (an
    exit code, a traceback, a signal for Ctrl-C) is left to the interpreter.
    """
    names = _new_main()
    try:
        if arguments[0] == "-m":
            _run_module(arguments)
        else:
            _run_file(arguments, names)
    except BaseException:
        _show_without_ours()
        raise


def _new_main() -> dict[str, object]:
    import builtins

    main = type(sys)("__main__")
    names = main.__dict__
    names |= {"__builtins__": builtins, "__annotations__": {}}
    sys.modules["__main__"] = main
    return names


def _run_module(arguments: list[str]) -> None:
    import runpy

    sys.argv = ["-m", *arguments[2:]]  # until the module is found, as the interpreter has it
    _put_first(os.getcwd())
    runpy._run_module_as_main(arguments[1])  # type: ignore[attr-defined]  # noqa: SLF001 - as `python -m` does


def _run_file(arguments: list[str], names: dict[str, object]) -> None:
    from importlib.machinery import SourceFileLoader

    sys.argv = list(arguments)
    # Absolute, but not normalised (`_Py_abspath` of CPython).
    path = os.path.join(os.getcwd(), arguments[0])
    _put_first(os.path.dirname(os.path.realpath(path)))
    loader = SourceFileLoader("__main__", path)
    names |= {"__file__": path, "__loader__": loader, "__cached__": None}
    exec(compile(loader.get_data(path), path, "exec", dont_inherit=True), names)  # noqa: S102


def _put_first(folder: str) -> None:
    if not sys.flags.safe_path:
        sys.path.insert(0, folder)


def _show_without_ours() -> None:
    """Have the traceback that the interpreter is about to show begin with the program."""
    hook = sys.excepthook

    def show(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> object:
        while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_FOLDER + os.sep):
            trace = trace.tb_next
        return hook(kind, error.with_traceback(trace), trace)

    sys.excepthook = show
