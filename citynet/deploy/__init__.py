"""Deploying: drivers, playbooks, the run over all devices, and its report."""
