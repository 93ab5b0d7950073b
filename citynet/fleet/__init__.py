"""The fleet: sessions to devices, and the city as Nornir knows it."""
