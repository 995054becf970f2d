"""What citizens are told: once, and as they chose, those who asked for it; and everybody ("You said, we did")."""
