"""Why a service ended, and the report that is kept of it."""
