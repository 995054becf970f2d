"""From what came in to what is kept: redacted statements with vectors, and which texts are copies."""
