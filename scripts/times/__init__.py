"""Where the time of the tests goes, by file: `make test-times`. The longest are begun first."""
