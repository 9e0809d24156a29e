"""What every HTTP door shares: who calls, how often, in which thread, and how a request is answered or refused."""
