"""`make evaluate`: how well the assistant understands patients, written to docs/evaluation.md."""
