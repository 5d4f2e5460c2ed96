"""How good a model is: metrics with intervals, slices, fairness, explanations, comparisons."""
