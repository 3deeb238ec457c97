"""Rules of EventBridge and where they send events, as rows of the stand-in's table."""

import json
from typing import Any

from tools.offline.aws_plugin import iam
from tools.offline.aws_plugin.resource import NAME, Created, Properties, Property, Resource, key
from tools.offline.aws_plugin.session import Aws


def _same_pattern(left: Any, right: Any) -> bool:
    """Whether two event patterns are the same but for white space and the order of members."""
    return left == right or (bool(left and right) and json.loads(left) == json.loads(right))


def _put_rule(aws: Aws, name: str, inputs: Properties) -> None:
    given = iam.given(EventPattern=inputs["eventPattern"], Description=inputs.get("description"))
    aws.client("events").put_rule(Name=name, **given)


def _create_rule(aws: Aws, inputs: Properties) -> Created:
    _put_rule(aws, inputs["name"], inputs)
    return Created(inputs["name"])


def _read_rule(aws: Aws, name: str, _state: Properties) -> Properties:
    live = aws.client("events").describe_rule(Name=name)
    return {
        "name": name,
        "description": live.get("Description", ""),
        "eventPattern": live["EventPattern"],
        "arn": live["Arn"],
    }


def _update_rule(aws: Aws, name: str, _state: Properties, news: Properties) -> None:
    _put_rule(aws, name, news)


def _delete_rule(aws: Aws, name: str, _state: Properties) -> None:
    aws.client("events").delete_rule(Name=name)


def _put_target(aws: Aws, rule: str, target: str, arn: str) -> None:
    aws.client("events").put_targets(Rule=rule, Targets=[{"Id": target, "Arn": arn}])


def _create_target(aws: Aws, inputs: Properties) -> Created:
    _put_target(aws, inputs["rule"], inputs["targetId"], inputs["arn"])
    return Created(f"{inputs['rule']}/{inputs['targetId']}")


def _read_target(aws: Aws, id_: str, _state: Properties) -> Properties | None:
    rule, target = id_.split("/", 1)
    for each in aws.client("events").list_targets_by_rule(Rule=rule)["Targets"]:
        if each["Id"] == target:
            return {"rule": rule, "targetId": target, "arn": each["Arn"]}
    return None


def _update_target(aws: Aws, id_: str, _state: Properties, news: Properties) -> None:
    _put_target(aws, *id_.split("/", 1), news["arn"])


def _delete_target(aws: Aws, id_: str, _state: Properties) -> None:
    rule, target = id_.split("/", 1)
    aws.client("events").remove_targets(Rule=rule, Ids=[target])


ROWS = (
    Resource(
        pulumi_type="aws:cloudwatch/eventRule:EventRule",
        noun="rule of EventBridge",
        properties=(
            NAME,
            Property(name="description", default=""),
            Property(name="eventPattern", same=_same_pattern, required=True),
        ),
        outputs=("arn",),
        create=_create_rule,
        read=_read_rule,
        update=_update_rule,
        delete=_delete_rule,
        autoname="name",
    ),
    Resource(
        pulumi_type="aws:cloudwatch/eventTarget:EventTarget",
        noun="target of a rule of EventBridge",
        properties=(
            key("rule"),
            Property(name="targetId", replaces=True, chosen=True),
            Property(name="arn", required=True),
        ),
        create=_create_target,
        read=_read_target,
        update=_update_target,
        delete=_delete_target,
        autoname="targetId",
    ),
)
"""The rows of this module."""
