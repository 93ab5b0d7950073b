"""Twins: management-plane stand-ins for vendors' devices, with the vendors' own YANG modules.

`server/` is what runs inside a twin's root and imports nothing of the rest. The other modules
run where citynet does: they prepare that root and a vendor's modules, and start the server.
"""
