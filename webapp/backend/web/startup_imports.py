"""Spares every start of the server what it loads without need; imported before FastAPI.

With the first response model FastAPI imports all of `pydantic.v1`, to ask whether the model is one
of those. None is here, and it takes an ImportError for "there are none": a seventh of the time from
the start to the first answer.

What is imported stays: to look through it for garbage, again and again while it grows, is in vain.
`main` ends that as soon as everything is there.
"""

from __future__ import annotations

import gc
import sys
from typing import Any, cast

gc.disable()
modules = cast("dict[str, Any]", sys.modules)
modules.setdefault("pydantic.v1", None)  # Python's own mark for "cannot be imported"
