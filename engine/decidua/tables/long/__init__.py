"""Long tables beside a table of women: one row a pregnancy or a transfer, and what is drawn from them."""
