"""A thousand complaints through faults and kill -9, and the account of what came out: `make soak`."""
