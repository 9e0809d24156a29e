"""What the hub's benchmarks share: a server of its own, a system of fifty rules, and a client that costs little."""
