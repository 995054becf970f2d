"""What groups of statements are called: a title says what is wrong, asked for or praised, in the words of citizens."""
