source        = "app"
protected     = true
promotes_from = "app-test"
