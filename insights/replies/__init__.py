"""What citizens are told: who asked for it, once and by the way they chose; and everybody ("You said, we did")."""
