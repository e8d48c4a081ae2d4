"""`make flakes`: run the tests again and again on a machine that is busy, and list what failed."""
