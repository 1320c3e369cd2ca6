command = "exit 3"
