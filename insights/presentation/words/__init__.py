"""Tables of words for what is narrowed down, for languages, and for what the audit and changes tell."""
