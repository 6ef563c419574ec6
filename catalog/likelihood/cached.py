"""A likelihood with a cache, so that each string is computed once for all callers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from catalog.types import Likelihood


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedLikelihood:
    """Caches a likelihood: known strings are answered from the cache."""

    asked: Likelihood
    known: dict[str, float] = field(default_factory=dict, repr=False)

    def log_likelihood(self, strings: tuple[str, ...]) -> npt.NDArray[np.float64]:
        """Natural logarithms, same order, shape (n,)."""
        fresh = tuple(dict.fromkeys(text for text in strings if text not in self.known))
        if fresh:
            self.known.update(zip(fresh, self.asked.log_likelihood(fresh).tolist(), strict=True))
        return np.array([self.known[text] for text in strings])
