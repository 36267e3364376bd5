"""A PyTorch network; each site has its own invented rows."""
