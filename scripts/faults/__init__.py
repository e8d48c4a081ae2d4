"""`make faults`: do every fault of the table to real processes, and print what was observed."""
