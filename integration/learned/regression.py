"""What tells the tickets of one template from those of the others, fitted in closed form."""

import numpy as np

from integration.learned.encoder import Vectors

# Larger values make less of what few tickets have in common.
RESTRAINT = 0.3


def regression(own: Vectors, products: Vectors, sums: Vectors) -> Vectors:
    """Return one row a template, shape (templates, 512), by ridge regression.

    A row's product with a ticket's vector is about 1 where agents would choose the template and 0 elsewhere.
    Each template's `own` vector counts as one ticket. Of the chosen tickets it takes the weighted `products`
    of their vectors' numbers, shape (512, 512), and the weighted `sums` of the vectors by template.
    """
    squares = products + own.T @ own + RESTRAINT * np.eye(len(products), dtype=np.float32)
    rows: Vectors = np.linalg.solve(squares, (own + sums).T).T.astype(np.float32)
    return rows
