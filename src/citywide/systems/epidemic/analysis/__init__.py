"""What takes longer than a moment, in a process of its own: nowcasts, Rt, source tracing, weekly forecasts, scores."""
