"""What the tests enter, by branch, over all processes that they start.

``measured`` has every Python process measure itself and runs pytest, ``before_kill`` has it keep
what it has found before it kills itself, ``report`` reads what all have written, and
``unentered.toml`` lists the functions that no test enters, each with its reason.
"""
