"""Reading: scenario files, and the CSV, NPZ and NPY files beside them, safely."""
