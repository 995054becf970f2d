"""Groups of vectors that say the same thing: how many, which, what they are called, which known one each continues."""
