"""The stand-in aws plugin under the real engine: previews, updates, drift, replacements, refusals."""

import json

import pytest
from tests.engine.harness import MakeStack

from rolecall.sandbox.saml.idp import SamlIdentityProvider
from rolecall.sandbox.world import World

HEAD = """
import json, pulumi, pulumi_aws as aws

def trust(*accounts, **more):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": list(accounts)}, "Action": "sts:AssumeRole", **more}]})
"""


def test_role_life(stack: MakeStack, world: World) -> None:
    """A role is created as declared, is unchanged when nothing changed, and is gone after destroy."""
    it = stack(
        HEAD
        + """
role = aws.iam.Role("deploy", name="deploy", path="/ci/", description="Deploys",
    assume_role_policy=trust("111111111111"), max_session_duration=7200, tags={"team": "blue"})
pulumi.export("arn", role.arn)
pulumi.export("unique_id", role.unique_id)
"""
    )

    it.up().ok()

    live = world.workload.client("iam").get_role(RoleName="deploy")["Role"]
    assert it.outputs() == {"arn": live["Arn"], "unique_id": live["RoleId"]}
    assert live["Arn"] == "arn:aws:iam::222222222222:role/ci/deploy"
    assert (live["Description"], live["MaxSessionDuration"]) == ("Deploys", 7200)
    assert live["Tags"] == [{"Key": "team", "Value": "blue"}]
    it.preview("--expect-no-changes").ok()
    it.refresh("--expect-no-changes").ok()
    it.destroy().ok()
    assert "deploy" not in [each["RoleName"] for each in world.workload.client("iam").list_roles()["Roles"]]


def test_preview_knows_the_name_not_the_arn(stack: MakeStack, world: World) -> None:
    """A preview shows the declared name, leaves the ARN open, and creates nothing."""
    it = stack(
        HEAD
        + """
role = aws.iam.Role("deploy", name="deploy", assume_role_policy=trust("111111111111"))
role.name.apply(lambda name: print("name is", name))
role.arn.apply(lambda arn: print("arn is", arn))
"""
    )

    output = it.preview().ok().output

    assert "name is deploy" in output
    assert "arn is" not in output
    assert world.workload.client("iam").list_roles()["Roles"] == []


def test_update_in_place(stack: MakeStack, world: World) -> None:
    """What IAM can change is changed in place, and what a program drops goes back to its default."""
    declare = 'role = aws.iam.Role("deploy", name="deploy", assume_role_policy=trust("111111111111"){})'
    it = stack(HEAD + declare.format(', description="Old", tags={"a": "1", "b": "2"}'))
    it.up().ok()
    before = it.resource("iam/role:Role")["outputs"]["uniqueId"]

    it.write(HEAD + declare.format(', max_session_duration=3700, tags={"b": "3", "c": "4"}'))
    preview = it.preview("--diff").ok().output
    it.up().ok()

    assert "maxSessionDuration" in preview
    assert "replace" not in preview
    live = world.workload.client("iam").get_role(RoleName="deploy")["Role"]
    assert live["RoleId"] == before
    assert live.get("Description", "") == ""
    assert live["MaxSessionDuration"] == 3700
    assert {each["Key"]: each["Value"] for each in live["Tags"]} == {"b": "3", "c": "4"}
    it.preview("--expect-no-changes").ok()


def test_rename_replaces(stack: MakeStack, world: World) -> None:
    """A role with another name is another role; its dependants move to the new one."""
    declare = """
role = aws.iam.Role("deploy", name="{}", assume_role_policy=trust("111111111111"))
aws.iam.RolePolicy("rights", name="rights", role=role.name, policy=json.dumps(
    {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}]}}))
"""
    it = stack(HEAD + declare.format("first"))
    it.up().ok()

    it.write(HEAD + declare.format("second"))
    assert "2 to replace" in it.preview().ok().output
    it.up().ok()

    iam = world.workload.client("iam")
    assert [each["RoleName"] for each in iam.list_roles()["Roles"]] == ["second"]
    assert iam.list_role_policies(RoleName="second")["PolicyNames"] == ["rights"]


def test_same_policy_in_another_spelling(stack: MakeStack) -> None:
    """Order, single values and the two ways to write an account are no change of a policy."""
    declare = 'aws.iam.Role("deploy", assume_role_policy=trust({}, Condition={}))'
    it = stack(HEAD + declare.format('"111111111111", "333333333333"', '{"Bool": {"aws:X": ["true"]}}'))
    it.up().ok()

    same = '"arn:aws:iam::333333333333:root", "111111111111"', '{"Bool": {"aws:x": True}}'
    it.write(HEAD + declare.format(*same))
    it.preview("--expect-no-changes").ok()
    it.write(HEAD + declare.format('"111111111111"', '{"Bool": {"aws:X": "true"}}'))

    assert "assumeRolePolicy" in it.preview("--diff").ok().output


def test_refresh_sees_drift(stack: MakeStack, world: World) -> None:
    """A trust policy changed behind the program's back is seen by refresh, and repaired by the next up."""
    it = stack(HEAD + 'aws.iam.Role("deploy", name="deploy", assume_role_policy=trust("111111111111"))')
    it.up().ok()
    iam = world.workload.client("iam")
    declared = iam.get_role(RoleName="deploy")["Role"]["AssumeRolePolicyDocument"]
    changed = json.loads(json.dumps(declared).replace("111111111111", "444444444444"))
    iam.update_assume_role_policy(RoleName="deploy", PolicyDocument=json.dumps(changed))

    it.refresh("--expect-no-changes").failed()
    assert "444444444444" in it.resource("iam/role:Role")["inputs"]["assumeRolePolicy"]

    it.refresh().ok()
    assert "1 to update" in it.preview().ok().output
    it.up().ok()
    assert iam.get_role(RoleName="deploy")["Role"]["AssumeRolePolicyDocument"] == declared


def test_refresh_sees_deletion(stack: MakeStack, world: World) -> None:
    """A role deleted behind the program's back is created again after a refresh."""
    it = stack(HEAD + 'aws.iam.Role("deploy", name="deploy", assume_role_policy=trust("111111111111"))')
    it.up().ok()
    world.workload.client("iam").delete_role(RoleName="deploy")

    it.refresh().ok()

    assert "1 to create" in it.preview().ok().output


def test_import_takes_over(stack: MakeStack, world: World) -> None:
    """An existing role can be imported, and its declaration then makes no difference."""
    policy = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "sts:AssumeRole"}
            ],
        }
    )
    world.workload.client("iam").create_role(RoleName="old", AssumeRolePolicyDocument=policy)
    it = stack(
        HEAD
        + """
aws.iam.Role("old", name="old", assume_role_policy=trust("111111111111"),
    opts=pulumi.ResourceOptions(import_="old"))
"""
    )

    it.up().ok()

    it.preview("--expect-no-changes").ok()


@pytest.mark.parametrize(
    "provider", ['profile="vendor"', 'profile="vendor", region="eu-west-1", skip_credentials_validation=True']
)
def test_explicit_provider(stack: MakeStack, world: World, provider: str) -> None:
    """An explicit provider with a profile acts with that profile's credentials."""
    it = stack(
        HEAD
        + f"""
theirs = aws.Provider("theirs", {provider})
pulumi.export("arn", aws.get_caller_identity_output(opts=pulumi.InvokeOptions(provider=theirs)).arn)
pulumi.export("ours", aws.get_caller_identity().account_id)
"""
    )

    it.up(*() if "region" in provider else ("-c", "aws:region=eu-west-1")).ok()

    assert it.outputs() == {"arn": world.scanner.arn, "ours": "222222222222"}


def test_stack_config_chooses_profile(stack: MakeStack, world: World) -> None:
    """`aws:profile` and `aws:region` of the stack go for the default provider."""
    it = stack(
        "import pulumi, pulumi_aws as aws\n"
        "pulumi.export('arn', aws.get_caller_identity().arn)\n"
        "pulumi.export('region', aws.get_region().region)"
    )
    it.config("aws:profile", "tools")
    it.config("aws:region", "eu-central-1")

    it.up().ok()

    assert it.outputs() == {"arn": world.ci.arn, "region": "eu-central-1"}


def test_access_key_is_secret(stack: MakeStack) -> None:
    """The plugin itself marks the secret of a key: it is in clear neither in the output nor the state."""
    it = stack(
        HEAD
        + """
user = aws.iam.User("ci", tags={"a": "b"})
class Key(pulumi.CustomResource):
    # Without the list of secret outputs that the SDK has for keys.
    secret: pulumi.Output[str]
key = Key("aws:iam/accessKey:AccessKey", "ci", {"user": user.name, "secret": None})
pulumi.export("secret", key.secret)
"""
    )

    output = it.up().ok().output
    it.refresh("--expect-no-changes").ok()

    secret = it.outputs()["secret"]
    assert secret
    assert secret not in output
    assert secret not in json.dumps(it.export())


def test_every_resource_type(stack: MakeStack) -> None:
    """Each type of the table goes through create, no-change preview, refresh and destroy."""
    it = stack(f"{HEAD}\nMETADATA = {SamlIdentityProvider.new().metadata!r}\n{EVERYTHING}")

    it.up("-c", 'aws:defaultTags={"tags": {"made-by": "test"}}').ok()

    it.preview("--expect-no-changes").ok()
    it.refresh("--expect-no-changes").ok()
    it.destroy().ok()


EVERYTHING = """
rights = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
role = aws.iam.Role("role", name_prefix="deploy-", assume_role_policy=trust("111111111111"))
policy = aws.iam.Policy("policy", policy=rights, description="Rights", tags={"a": "b"})
aws.iam.RolePolicy("inline", role=role.name, policy=rights)
aws.iam.RolePolicyAttachment("attached", role=role.name, policy_arn=policy.arn)
user = aws.iam.User("user", path="/people/", permissions_boundary=policy.arn)
aws.iam.UserPolicy("inline", user=user.name, policy=rights)
aws.iam.UserPolicyAttachment("attached", user=user.name, policy_arn=policy.arn)
group = aws.iam.Group("group")
aws.iam.GroupPolicy("inline", group=group.name, policy=rights)
aws.iam.GroupPolicyAttachment("attached", group=group.name, policy_arn=policy.arn)
aws.iam.UserGroupMembership("member", user=user.name, groups=[group.name])
aws.iam.AccessKey("key", user=user.name, status="Inactive")
aws.iam.OpenIdConnectProvider("github", url="https://token.actions.githubusercontent.com",
    client_id_lists=["sts.amazonaws.com"], thumbprint_lists=["a" * 40])
aws.iam.SamlProvider("corp", name="corp", saml_metadata_document=METADATA, tags={"a": "b"})
aws.s3.Bucket("bucket", force_destroy=True, tags={"a": "b"})
"""


def test_unknown_type_is_refused(stack: MakeStack) -> None:
    """A type that isn't in the table fails with its name and a word on the stand-in."""
    run = stack("import pulumi_aws as aws; aws.sqs.Queue('q')").preview().failed()

    assert "aws:sqs/queue:Queue" in run.output
    assert "stand-in aws plugin" in run.output


def test_unknown_property_is_refused(stack: MakeStack) -> None:
    """A property that the stand-in would silently ignore fails instead."""
    program = HEAD + 'aws.iam.Role("r", assume_role_policy=trust("111111111111"), managed_policy_arns=["x"])'

    assert "'managedPolicyArns'" in stack(program).preview().failed().output


def test_unknown_provider_setting_is_refused(stack: MakeStack) -> None:
    """A provider setting that the stand-in would silently ignore fails instead."""
    run = stack("import pulumi_aws as aws; aws.Provider('p', use_fips_endpoint=True)").preview().failed()

    assert "'useFipsEndpoint'" in run.output


def test_refusal_of_aws_is_one_sentence(stack: MakeStack) -> None:
    """What AWS refuses is shown as what was tried, the error code and AWS's own words."""
    program = (
        HEAD
        + "import sys; sys.excepthook = lambda kind, error, trace: None  # for the engine's interrupt\n"
        + "for n in 'ab': aws.iam.Role(n, name='same', assume_role_policy=trust('111111111111'))"
    )

    run = stack(program).up("--parallel", "1").failed()

    assert "creating the IAM role" in run.output
    assert ": EntityAlreadyExists: " in run.output
    assert "Traceback" not in run.output


def test_policy_document_function(stack: MakeStack) -> None:
    """`get_policy_document` writes what its arguments say."""
    it = stack(
        """
        import json, pulumi, pulumi_aws as aws
        document = aws.iam.get_policy_document(statements=[{
            "actions": ["sts:AssumeRole"],
            "principals": [{"type": "AWS", "identifiers": ["111111111111"]}],
            "conditions": [{"test": "StringEquals", "variable": "sts:ExternalId", "values": ["x1"]}],
        }])
        role = aws.iam.Role("deploy", name="deploy", assume_role_policy=document.json)
        live = role.name.apply(lambda name: aws.iam.get_role(name=name).arn)
        pulumi.export("statement", json.loads(document.minified_json)["Statement"])
        pulumi.export("arn", live)
        pulumi.export("partition", aws.get_partition().partition)
        """
    )

    it.up().ok()

    assert it.outputs() == {
        "statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"AWS": "111111111111"},
                "Condition": {"StringEquals": {"sts:ExternalId": "x1"}},
            }
        ],
        "arn": "arn:aws:iam::222222222222:role/deploy",
        "partition": "aws",
    }
