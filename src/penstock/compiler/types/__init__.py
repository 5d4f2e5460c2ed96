"""Of what type everything is: declared inputs and outputs, and the values that flow between them."""
