"""Dropout draws from a generator of its own."""

CASES = []
NOT_COMPARED = {"dropout": "PyTorch draws other numbers"}
