"""The guard's own pages, and what makes text inert on them."""
