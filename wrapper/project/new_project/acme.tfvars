# What the tenant acme has of its own; these values win over those of every tenant. A file may be empty.
environment = { LOG_LEVEL = "debug" }
