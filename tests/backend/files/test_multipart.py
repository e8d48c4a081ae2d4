"""How large the parts of an upload are: what is sent is tested in tests/backend/engine."""

from __future__ import annotations

import pytest

from files.multipart import MIB, MOST_PARTS, PART_BYTES, part_bytes


@pytest.mark.parametrize("total", [0, 1, 5 * MIB, 80 * 10**9, 84 * 10**9, 5 * 10**12])
def test_a_file_of_any_size_fits_into_the_parts_that_a_store_takes(total: int) -> None:
    size = part_bytes(total)
    assert size % MIB == 0
    assert size >= PART_BYTES
    assert size * MOST_PARTS >= total
