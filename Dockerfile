# The image in which Terraform runs. One file, two ways (docs/image.md): with the internet as it stands here, and
# on a closed machine, where wrapper/engines/image/build.py puts Terraform and the providers into the context and makes BASE itself.
# Either way every piece is checked against the digests below and the lock files in the context. What a project asks for
# (orchestrate.hcl, the lock files of its roots) comes as arguments and with the context.
ARG BASE=debian:bookworm-slim@sha256:7b140f374b289a7c2befc338f42ebe6441b7ea838a042bbd5acbfca6ec875818
ARG RELEASES=https://releases.hashicorp.com
ARG TERRAFORM_VERSION=1.11.4
ARG ZIP_AMD64=1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc
ARG ZIP_ARM64=a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633
# Of the unpacked binary. Empty: a binary in the context is refused, only the zip is taken.
ARG BINARY_AMD64=268000fca5c61021c6396893d9483007ba589ad9d0aaccbd7dfa8c78bf7dbe23
ARG BINARY_ARM64=

FROM ${BASE} AS base
# What a failed build leaves is found by these labels and removed.
LABEL orchestrate.image=layer
ARG BUILD=by-hand
LABEL orchestrate.build=${BUILD}
USER root
ARG PACKAGES=
# A base made here holds all of it already and needs no network. /tmp: without mode 1777 a non-root provider dies.
RUN { { command -v git >/dev/null && [ -z "${PACKAGES}" ]; } || { apt-get update -q \
      && apt-get install -qy --no-install-recommends ca-certificates git ${PACKAGES} \
      && rm -rf /var/lib/apt/lists/*; }; } && chmod 1777 /tmp

FROM base AS fetch
ARG RELEASES
ARG TERRAFORM_VERSION
ARG ZIP_AMD64
ARG ZIP_ARM64
ARG BINARY_AMD64
ARG BINARY_ARM64
COPY wrapper/engines/image/context/ /out/
RUN sh /out/install

# The AWS provider's 700 MB occur once, in the one layer of this COPY.
FROM base
ARG TERRAFORM_VERSION
COPY --from=fetch /out/root/ /
RUN [ ! -d /usr/local/share/ca-certificates/orchestrate ] || update-ca-certificates >/dev/null
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=/tmp \
    TF_CLI_CONFIG_FILE=/etc/terraform.rc \
    CHECKPOINT_DISABLE=1
LABEL orchestrate.image=run \
      orchestrate.terraform=${TERRAFORM_VERSION} \
      org.opencontainers.image.title=orchestrate
USER 65534:65534
CMD ["terraform", "version"]
