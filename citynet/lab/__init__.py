"""Labs: a city as containers on this machine, on another one, or in a small VM."""
