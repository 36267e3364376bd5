CREATE INDEX model_round ON model (run, round);
