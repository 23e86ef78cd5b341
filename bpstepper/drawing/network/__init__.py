"""The network as a picture: units, wires and what is on them."""
