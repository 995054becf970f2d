"""What is answered and shown: the schemas of the API, the words for people, the small charts."""
