"""Which action of IAM a request is: what a role must be allowed to make it. Pure.

https://docs.aws.amazon.com/service-authorization/latest/reference/: most requests are called as their action. S3 and Route 53 have
paths; some services sign with another name than IAM's.
"""

from __future__ import annotations

import re

_SERVICES = {"monitoring": "cloudwatch", "tagging": "tag"}
_ZONE = r"/2013-04-01/hostedzone"
# service, method and path with its first query word => action; the first that fits
_BY_PATH = [
    ("s3", r"GET /[^/?]+/?\?list-type", "ListBucket"),
    ("s3", r"(HEAD /[^/?]+/?|GET /[^/?]+/?)", "ListBucket"),
    ("s3", r"GET /[^/?]+/?\?versions", "ListBucketVersions"),
    ("s3", r"GET /[^/?]+/?\?versioning", "GetBucketVersioning"),
    ("s3", r"(GET|HEAD) /[^/?]+/.+", "GetObject"),
    ("s3", r"PUT /[^/?]+/.+", "PutObject"),
    ("s3", r"DELETE /[^/?]+/.+", "DeleteObject"),
    ("s3", r"POST /[^/?]+/?\?delete", "DeleteObject"),
    ("route53", rf"GET {_ZONE}/[^/]+/rrset.*", "ListResourceRecordSets"),
    ("route53", rf"POST {_ZONE}/[^/]+/rrset.*", "ChangeResourceRecordSets"),
    ("route53", rf"GET {_ZONE}/[^/?]+", "GetHostedZone"),
    ("route53", rf"GET {_ZONE}(byname)?(\?.*)?", "ListHostedZones"),
    ("route53", r"GET /2013-04-01/hostedzonesbyname.*", "ListHostedZonesByName"),
    ("route53", r"GET /2013-04-01/change/.*", "GetChange"),
    ("route53", r"GET /2013-04-01/tags/hostedzone/.*", "ListTagsForResource"),
]


def action_of(name: str) -> str:
    """``s3:PutObject`` of ``s3:PUT /bucket/key``. What is not known by its path is called by service and method alone."""
    service, _, request = name.partition(":")
    if " " not in request:
        return f"{_SERVICES.get(service, service)}:{request}"
    for of, pattern, action in _BY_PATH:
        if of == service and re.fullmatch(pattern, request):
            return f"{service}:{action}"
    return f"{service}:{request.partition(' ')[0]}"
