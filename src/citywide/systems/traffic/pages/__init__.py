"""What the desk, the signal engineer and the technician see."""
