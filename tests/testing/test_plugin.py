"""The pytest plugin gives a sandbox to whoever asks for one, and costs nobody else anything."""

import pytest

pytest_plugins = ["pytester"]


def test_fixtures(pytester: pytest.Pytester) -> None:
    """``rolecall_sandbox`` keeps what was made in it, ``sandbox`` begins anew each time."""
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("turn", [1, 2])
        def test_clean(sandbox, rolecall_sandbox, turn):
            assert sandbox is rolecall_sandbox
            account = sandbox.account("111111111111")
            users = account.client("iam").list_users()["Users"]
            assert [user["UserName"] for user in users] == ["admin"]
            account.user("someone")

        def test_kept(rolecall_sandbox):
            users = rolecall_sandbox.account("111111111111").client("iam").list_users()["Users"]
            assert len(users) == 2
        """
    )

    result = pytester.runpytest_subprocess("-p", "no:randomly", "-W", "error")
    result.assert_outcomes(passed=3)


def test_nothing_is_loaded_before_it_is_asked_for(pytester: pytest.Pytester) -> None:
    """A suite that does not use the sandbox loads neither moto nor boto3."""
    pytester.makepyfile(
        """
        import sys

        def test_loaded():
            assert "rolecall.testing" in sys.modules
            heavy = {"moto", "boto3", "botocore", "werkzeug", "pulumi", "rolecall.sandbox"}
            assert heavy.isdisjoint(sys.modules)
        """
    )

    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_shown(pytester: pytest.Pytester) -> None:
    """``pytest --fixtures`` explains both."""
    result = pytester.runpytest_subprocess("--fixtures")
    result.stdout.fnmatch_lines(["rolecall_sandbox*", "sandbox*"])
