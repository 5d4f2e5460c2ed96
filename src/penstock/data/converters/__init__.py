"""The built-in converters, one module for each family of types; each lists its instances in `CONVERTERS`."""
