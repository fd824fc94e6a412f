"""Writing a board's flash: what has to be there (plan), with which tool (drivers), and only what changed (run)."""
