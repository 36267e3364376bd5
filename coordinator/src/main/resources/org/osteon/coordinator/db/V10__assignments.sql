-- Which regulator looks at which study, by the study's name over all its versions.
CREATE TABLE assignment (study VARCHAR(64) NOT NULL, person VARCHAR(64) NOT NULL, assigned BIGINT NOT NULL, PRIMARY KEY (study, person));
