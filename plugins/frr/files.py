"""The names of the files that make a router."""

FRR_CONF = "frr.conf"
LINUX_STATE = "linux.state"
NFTABLES = "nftables.nft"
