"""Several replicas: how much they answer, and what patients notice while parts of them fail."""
