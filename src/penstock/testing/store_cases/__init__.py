"""The metadata store's contract, a module a subject. `penstock.testing.store_contract` puts it together."""
