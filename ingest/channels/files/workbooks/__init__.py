"""Workbooks of Excel and LibreOffice, which are taken apart in a process of its own."""
