"""What an inventory's keys, roles' options and the codes of mistakes mean, with examples."""
