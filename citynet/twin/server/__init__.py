"""The twin itself: a NETCONF server over sysrepo. It runs inside the twin's root, alone.

Nothing here imports the rest of citynet: this folder and the packages of
`labs/images/twin` are all that a twin is made of.
"""
