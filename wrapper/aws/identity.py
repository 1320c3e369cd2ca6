"""Who we are to AWS: credentials found, role assumed, account compared. The only room that talks to STS.

Everything else gets the answer as a few environment variables, or as a client.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..model.errors import RefusedError, UnavailableError
from ..model.stack import Stack

NOBODY = "nobody"  # the method of an identity that may ask AWS nothing
_ONE_AT_A_TIME = threading.Lock()  # a botocore session makes no two clients at once
SANDBOX_ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox"}


@dataclass(frozen=True)
class Identity:
    """``environment``: what Terraform gets to be this identity. ``account`` is "" where AWS was not asked. ``sessions``: of each
    region the one that is made, which finds its credentials once."""

    environment: Mapping[str, str] = field(default_factory=dict)
    endpoint: str = ""
    account: str = ""
    arn: str = ""
    method: str = ""
    sessions: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_nobody(self) -> bool:
        """Whether it may ask AWS nothing: a dry run for a simulated AWS that does not run."""
        return self.method == NOBODY

    def session(self, region: str) -> Any:
        """The botocore session of this identity. (boto3 has more, and takes as long again to be imported.)"""
        if region not in self.sessions:
            self.sessions[region] = self._made(region)
        return self.sessions[region]

    def _made(self, region: str) -> Any:
        import botocore.session

        # The sandbox looks at no profile of the caller's: one that is not there would be an error.
        variables = {"profile": (None, None, None, None)} if self.method == "sandbox" else None
        session, mine = botocore.session.get_session(variables), self.environment
        session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_moment)
        session.lazy_register_component("data_loader", lambda: _models(session.get_config_variable("data_path")))
        session.set_config_variable("region", region)
        if "AWS_ACCESS_KEY_ID" in mine:
            keys = mine["AWS_ACCESS_KEY_ID"], mine["AWS_SECRET_ACCESS_KEY"], mine.get("AWS_SESSION_TOKEN")
            session.set_credentials(*keys)
        return session

    def client(self, service: str, region: str) -> Any:
        """A client of ``service`` as boto3 has it; against the simulated AWS where there is an endpoint."""
        from botocore.config import Config

        config = Config(
            connect_timeout=5,
            read_timeout=30,
            retries={"max_attempts": 3, "mode": "standard"},
            s3={"addressing_style": "path"} if self.endpoint else None,
        )
        with _ONE_AT_A_TIME:
            return self.session(region).create_client(service, endpoint_url=self.endpoint or None, config=config)


@functools.cache
def _models(data_path: str | None) -> Any:
    """botocore's models of services (``data_path``: AWS_DATA_PATH): read once, not once for each session. And botocore looks for a
    service in four hundred folders, twice; the names of the folders say as much."""
    from botocore.loaders import create_loader

    loader: Any = create_loader(data_path)
    names = [name for path in loader.search_paths if os.path.isdir(path) for name in os.listdir(path)]
    loader.list_available_services = lambda _: names
    return loader


def _moment(value: Any) -> Any:
    """botocore's own reader of times guesses the format, a date parser's work, and a listing has a time for every
    object: four fifths of reading it. What S3 says is ISO 8601; all else is left to botocore."""
    from botocore.utils import parse_timestamp

    if isinstance(value, str) and value.endswith("Z") and "T" in value:
        with contextlib.suppress(ValueError):
            return datetime.datetime.fromisoformat(value)
    return parse_timestamp(value)


def sandbox(url: str) -> Identity:
    """The simulated AWS: its own credentials, nothing of the caller's."""
    return Identity({**SANDBOX_ENVIRONMENT, "AWS_ENDPOINT_URL": url}, endpoint=url, method="sandbox")


def nobody(environment: Mapping[str, str] | None = None) -> Identity:
    """For a dry run, while the sandbox does not run."""
    return Identity(environment or {}, method=NOBODY)


def identify(stack: Stack, environment: Mapping[str, str]) -> Identity:
    """The caller's identity for a stack: assumes its ``role_arn``, compares its ``account``.

    Raises RefusedError without credentials or in the wrong account, UnavailableError when AWS does not answer."""
    plain = Identity(endpoint=environment.get("AWS_ENDPOINT_URL", ""))
    region = stack.backend.region or stack.region or "us-east-1"
    credentials = _credentials(plain, region)
    settings = stack.settings
    identity = replace(plain, method=str(credentials.method))
    if settings.role_arn:
        identity = _assume(plain, settings.role_arn, region)
    if settings.account:
        identity = _in_account(identity, stack, region)
    return identity


def _credentials(identity: Identity, region: str) -> Any:
    from botocore.exceptions import BotoCoreError

    try:
        found = identity.session(region).get_credentials()
    except BotoCoreError as error:
        raise RefusedError(f"AWS credentials: {error}", hint="aws sts get-caller-identity shows the same") from None
    if found is None:
        raise RefusedError(
            "no AWS credentials found",
            hint="set AWS_PROFILE or AWS_ACCESS_KEY_ID, log in (aws sso login), use an instance or "
            "task role, or try it without an account: --sandbox",
        )
    return found


def _assume(identity: Identity, role: str, region: str) -> Identity:
    answer = _ask(
        lambda: identity.client("sts", region).assume_role(RoleArn=role, RoleSessionName="orchestrate"),
        f"these credentials may not assume {role}",
    )
    keys = answer["Credentials"]
    return Identity(
        {
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
        },
        endpoint=identity.endpoint,
        method="assumed role",
    )


def _in_account(identity: Identity, stack: Stack, region: str) -> Identity:
    who = whoami(identity, region)
    if who.account != stack.settings.account:
        raise RefusedError(
            f"{stack.label} belongs to account {stack.settings.account}, and these credentials are of "
            f"{who.account} ({who.arn})",
            where=stack.settings_file,
            hint="use the profile of that account (AWS_PROFILE)",
        )
    return who


def whoami(identity: Identity, region: str) -> Identity:
    """The identity with account and ARN as STS says them."""
    answer = _ask(lambda: identity.client("sts", region).get_caller_identity(), "these credentials are not accepted")
    return replace(identity, account=str(answer["Account"]), arn=str(answer["Arn"]))


def _ask(call: Any, refusal: str) -> Any:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return call()
    except ClientError as error:
        raise RefusedError(
            f"{refusal}: {error.response['Error'].get('Message', error)}",
            hint="aws sts get-caller-identity shows your identity",
        ) from None
    except BotoCoreError as error:
        raise UnavailableError(
            f"AWS does not answer: {error}", hint="check the network, the proxy and the region"
        ) from None
