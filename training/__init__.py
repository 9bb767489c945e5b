"""Offline training of LipSync, the bundled sync model. Nothing here runs in the product."""
