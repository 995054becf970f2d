"""Faults against everything at work: citizens write by every door while its parts are killed, stopped and emptied.

What was answered "it is stored" is held against what is stored once all is quiet: each piece exactly once, in its end
state, its raw text gone, its alert told once; and nothing that nobody sent. A sequence of faults is drawn from a seed:
the same seed draws the same one.
"""
