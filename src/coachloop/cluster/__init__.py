"""Archives on a Ray cluster: many conversations in few large blocks, each safe to do twice. Needs the extra `cluster`."""
