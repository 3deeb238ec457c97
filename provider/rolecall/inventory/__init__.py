"""Reads roles and trust policies from where they are: policy files, IAM, Terraform, Pulumi."""

from .lines import lines_of
from .model import Role, Source
from .reading import KINDS, Kind, read_roles

__all__ = ["KINDS", "Kind", "Role", "Source", "lines_of", "read_roles"]
