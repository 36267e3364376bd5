"""Linear calibration of bone density devices; each site has its own invented rows."""
