owner = "team"
