"""What is made late is the same as what moto makes at once."""

from __future__ import annotations

import os
import subprocess
import sys

from wrapper.sandbox.server import SIMULATION

# In a process of its own, as moto makes these while it is imported; what it makes itself is read first.
PROGRAM = """
import re
from moto.utilities.utils import load_resource
name = "ec2/resources/instance_type_offerings/availability-zone/ap-southeast-2.json"
offered = load_resource(name)
here = "ec2/resources/{}/ap-southeast-2.json"
images = {each["ami_id"] for each in load_resource("ec2/resources/amis.json")}
images |= {each["ami_id"] for kind in ("latest_amis", "ecs/optimized_amis") for each in load_resource(here.format(kind))}

from wrapper.sandbox import unasked
unasked.make_late()

from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
here = ec2_backends["123456789012"]["ap-southeast-2"]
assert here.describe_instance_type_offerings("availability-zone") == [
    each | {"LocationType": "availability-zone"} for each in offered
]
assert len(here.describe_instance_type_offerings("availability-zone")) == len(offered) > 100

assert "_images" not in vars(here)
assert {each.id for each in here.describe_images()} == images
assert here.describe_volumes() == []
here.reset()
assert "_images" not in vars(here) and {*here.amis} == images

from moto.ec2.utils import random_id
from moto.utilities.aws_headers import gen_amzn_requestid_long
ids = [random_id("vpc") for _ in range(200)]
assert len({*ids}) == 200 and all(re.fullmatch("vpc-[0-9a-f]{17}", each) for each in ids)
ids = [gen_amzn_requestid_long() for _ in range(200)]
assert len({*ids}) == 200 and all(re.fullmatch("[0-9a-zA-Z]{52}", each) for each in ids)

iam = iam_backends["123456789012"]["aws"]
assert not {"_of_aws", "_managed"} & vars(iam).keys()
arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
assert iam.get_policy(arn).arn == arn and len(iam.managed_policies) > 1000
document = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
made = iam.create_policy("", "/", document, "mine", [])
assert iam.managed_policies[made.arn] is made
iam_backends["123456789012"]["aws"].reset()
assert made.arn not in iam.managed_policies and arn in iam.managed_policies

from werkzeug.routing import Map, Rule
paths = Map([Rule("/<name>/tags", endpoint="tags")]).bind("here")
assert paths.match("/a/tags") == ("tags", {"name": "a"}) and paths.build("tags", {"name": "b", "x": 1}) == "/b/tags?x=1"
"""


def test_what_is_made_late_is_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env={**os.environ, **SIMULATION}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
