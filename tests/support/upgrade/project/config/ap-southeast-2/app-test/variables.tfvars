domain = "test.example.com"
