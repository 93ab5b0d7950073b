"""citynet: a whole city network as code."""
