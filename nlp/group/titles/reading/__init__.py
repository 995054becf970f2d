"""What is read of groups before they are named: their clauses, their parts, and what several members of each share."""
