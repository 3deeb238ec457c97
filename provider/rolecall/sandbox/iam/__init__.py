"""IAM: moto's, with AWS's checks, and as STS sees it."""
