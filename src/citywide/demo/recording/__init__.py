"""Each system's sample: some of the simulated city, recorded as its doors hear it. `python -m` this makes them anew."""
