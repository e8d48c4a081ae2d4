"""The ports: who holds them, who listens on them, and how one is left without losing anybody."""
