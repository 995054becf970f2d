"""What is a file of the operator: spreadsheets and lines of JSON, row by row, resumable."""
