"""Operations: the kernels that a Program is made of, with their shape and cell rules."""
