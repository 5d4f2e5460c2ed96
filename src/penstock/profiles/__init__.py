"""What is in the columns of a table: mergeable sketches, and reports of them."""
