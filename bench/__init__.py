"""Measurements: ours against bare aiohttp and other peers, side by side in one run."""
