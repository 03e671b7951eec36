"""The file: group commit, every statement, one module a noun."""
