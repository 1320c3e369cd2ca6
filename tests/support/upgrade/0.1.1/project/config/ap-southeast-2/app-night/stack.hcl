source    = "app"
ephemeral = true
