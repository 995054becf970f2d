"""Commands about who may come in: keys, sign-in links and members of staff."""
