"""Rules compiled to one evaluator over flat arrays; its memory can be dumped and loaded exactly."""
