"""The presets as programs use them: typed as trusts, and a mistake ends the program without a traceback."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, cast

import pulumi

from rolecall.errors import DeclarationError
from rolecall.policy import presets

from .args import TrustArgs

_P = ParamSpec("_P")


def _for_programs(preset: Callable[_P, presets.PresetTrust]) -> Callable[_P, TrustArgs]:
    @wraps(preset)
    def made(*args: _P.args, **kwargs: _P.kwargs) -> TrustArgs:
        try:
            return cast("TrustArgs", preset(*args, **kwargs))
        except DeclarationError as error:
            raise pulumi.RunError(str(error)) from error

    return made


bitbucket = _for_programs(presets.bitbucket)
circleci = _for_programs(presets.circleci)
eks_service_account = _for_programs(presets.eks_service_account)
github = _for_programs(presets.github)
gitlab = _for_programs(presets.gitlab)
permission_set = _for_programs(presets.permission_set)
terraform_cloud = _for_programs(presets.terraform_cloud)
