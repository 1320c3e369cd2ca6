source = "app"
