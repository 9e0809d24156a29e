"""Live: the tail of the evidence log as a stream that resumes with nothing missed."""
