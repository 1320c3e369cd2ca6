value = "of globex"
