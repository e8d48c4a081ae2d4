"""Mutation testing: changes one thing in a module, and sees if a test of that module turns red.

``operators`` makes the mutants of a module, ``modules`` says which modules and by which tests,
``runner`` runs those against each mutant, ``report`` counts. What no test can tell from the
original is listed in ``equivalent.toml``, each with its reason.

Nothing on the disk is changed: the mutated code is what the import gives in a forked process. So
only modules whose code runs in the tests' own process are mutated: the pure ones.
"""
