"""Tables: activations, losses, optimizers, initializers, laws and layouts, one row a member."""
