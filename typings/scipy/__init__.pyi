# What is used of scipy, which brings no types: to read its sources instead costs the checker a sixth of its time.
