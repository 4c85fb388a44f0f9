"""The hub's values in the form in which Home Assistant's API shows them."""
