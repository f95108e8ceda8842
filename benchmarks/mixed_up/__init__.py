"""Whether somebody gets the answer to another behind a proxy."""
