"""The errors, told apart as a program does it."""

import rolecall


def explain(error: rolecall.RolecallError) -> str:
    """What a person is told, by the kind of error."""
    match error:
        case rolecall.PolicyError() | rolecall.DeclarationError():
            return "; ".join(f"{fault.path}: {fault.problem}. {fault.remedy}" for fault in error.faults)
        case rolecall.ProbeError():
            return f"could not ask: {error}"
        case rolecall.SandboxError():
            return f"no sandbox: {error}"
    return f"rolecall {rolecall.__version__}: {error}"


def is_bad_value(error: rolecall.DeclarationError) -> ValueError:
    """A declaration that can't be right is a ValueError, too."""
    return error
