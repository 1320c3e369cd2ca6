"""The results of a run over many layers: as data, as JSON, as JUnit's XML, as a page and as a table."""
