"""Feedback that is meant for another service is handed over to it: a piece, or all of an issue; and taken back.

The piece goes with all that hangs on it: its words, vectors, receipt, contact and what is held of it. What stays with
who gave it is a row without words, so that its figures still add up and a file that is imported again brings nothing
twice. Nobody who may not see the new service finds any of the words afterwards: quotes, titles, alerts and previews of
the old one let go of them, as they do of what was erased.
"""
