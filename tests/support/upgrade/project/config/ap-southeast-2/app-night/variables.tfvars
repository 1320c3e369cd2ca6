domain = "night.example.com"
