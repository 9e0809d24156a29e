"""The simulated city's traffic: streets, vehicles, officers, and what stands at the roadside."""
