"""Spares every start of the server what it loads without need; imported before FastAPI.

With the first response model FastAPI imports all of `pydantic.v1`, to ask whether the model is one
of those. None is here, and it takes an ImportError for "there are none": a seventh of the time from
the start to the first answer.
"""

from __future__ import annotations

import sys
from typing import Any, cast

modules = cast("dict[str, Any]", sys.modules)
modules.setdefault("pydantic.v1", None)  # Python's own mark for "cannot be imported"
