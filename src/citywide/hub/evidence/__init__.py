"""Evidence: a Merkle log that only grows, its proofs, its tiles and its signed checkpoints."""
