"""One module a tag, one function an operation; the function's name is the operationId."""
