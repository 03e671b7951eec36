"""One module a noun: body, reply, schema and what a client may send, in one class each."""
