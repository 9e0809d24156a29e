"""A small hub of lies for developing and measuring the console; the real hub never imports it."""
