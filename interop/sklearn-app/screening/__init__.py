"""Logistic regression by scikit-learn; each site has its own invented rows."""
