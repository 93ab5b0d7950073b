"""Every key of an inventory changed alone: what each device is given, and what it costs a lab."""
