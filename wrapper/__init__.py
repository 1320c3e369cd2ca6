"""orchestrate: runs Terraform by convention, one state per tenant. The floors are in docs/architecture.md."""

__version__ = "0.2.0.dev0"
