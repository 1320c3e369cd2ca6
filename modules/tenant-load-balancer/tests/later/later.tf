# A plan knows what is new by its own time, in whole seconds: two runs of a test may fall in one second, two applies of a tenant do not.

resource "terraform_data" "later" {
  provisioner "local-exec" {
    command = "command -p sleep 1" # the system's own: tests/terraform/test_modules.py has one that does not wait
  }
}
