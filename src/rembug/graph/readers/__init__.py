"""What is read: for each kind of reader a store of what they may, with its index and its cache."""
