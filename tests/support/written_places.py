"""Each writer of the tool (tests/support/writers.py) and the place that it writes to. A new writer needs a row, and a new place a
way to look for secrets in it: ``tests/unit/cli/test_written_places.py``."""

from __future__ import annotations

# Places that the canary test looks into.
OUTPUT, REPORT, LOG, JOURNAL = "output", "report", "log", "journal"
RUN, CACHE, BUCKET = "run directory", "cache", "bucket"
PROCESS, CONTAINER = "process list", "docker inspect"
LOOKED_INTO = (OUTPUT, REPORT, LOG, JOURNAL, RUN, CACHE, BUCKET, PROCESS, CONTAINER)

# Places that no value of a layer and no credential reaches, with the reason.
NO_SECRET = {
    "this tool's own pins": "the provider mirror's path, the image's context, the version of a program",
    "rates": "the moments of AWS's rates",
    "project": "a file that the command exists to write, from the tool's own text or by Terraform (fmt, providers lock)",
    "sandbox": "addresses, ports, certificates and tokens of a simulated AWS that lives on loopback",
    "git": "a revision and a path",
    "caller's own file": "what the caller asked for by path: 0600, and a plan holds values as Terraform's does",
    "template": "a pipe to the process that renders a template, and back",
    "bug": "a traceback, 0600, which its message asks to look through",
    "nothing": "/dev/null",
}

WRITERS = {
    "cli/commands/adopt.py:_file": RUN,
    "cli/commands/jenkins.py:_write": "project",
    "cli/console.py:TerminalConsole._write": OUTPUT,
    "cli/main.py:_bug": "bug",
    "cli/main.py:_let_go_of_standard_output": "nothing",
    "cli/main.py:_open_standard_streams": "nothing",
    "cli/main.py:_run": "nothing",
    "cli/process_environment.py:_cli_configuration": "this tool's own pins",
    "containers/certificates.py:Authority.listed": "sandbox",
    "containers/certificates.py:_write": "sandbox",
    "containers/haproxy.py:_install": "this tool's own pins",
    "containers/lifecycle.py:DataPlane.running": "sandbox",
    "containers/load_balancer.py:Proxy._start": "sandbox",
    "containers/load_balancer.py:Proxy._write": "sandbox",
    "containers/process.py:locked": "sandbox",
    "containers/process.py:main": "sandbox",
    "containers/process.py:serve": "sandbox",
    "containers/proxying.py:Proxying.apply": "sandbox",
    "containers/load_balancer.py:_command_line": "sandbox",
    "engines/docker.py:DockerSession._exec": PROCESS,
    "engines/docker.py:DockerSession._lacked_memory": "this tool's own pins",
    "engines/docker.py:_create": CONTAINER,
    "engines/host.py:HostSession._interactive": PROCESS,
    "engines/host.py:HostSession._spawn": PROCESS,
    "engines/host.py:_name_modules": RUN,
    "engines/host.py:version": "this tool's own pins",
    "engines/image/debian_base.py:apt_mirrors": "this tool's own pins",
    "engines/image/debian_base.py:spawned": "this tool's own pins",
    "engines/rate_limited.py:_alone_with": "rates",
    "engines/rate_limited.py:_store": "rates",
    "engines/rescued_state.py:_written": RUN,
    "engines/rescued_state.py:bring": RUN,
    "engines/run_directory.py:_held": RUN,
    "engines/run_directory.py:_write": RUN,
    "engines/run_directory.py:put": "caller's own file",
    "engines/terminal.py:_copy": OUTPUT,
    "engines/simulated_states.py:mark": RUN,
    "fleet/journal.py:Journal._write": JOURNAL,
    "fleet/journal.py:_opened": JOURNAL,
    "fleet/logs.py:LayerLog.write": LOG,
    "project/files.py:Files.create": "project",
    "project/git.py:_ask": "git",
    "project/parse_cache.py:Parses._open": CACHE,
    "project/private_folder.py:write": RUN,
    "project/scaffold.py:_write": "project",
    "project/template_process.py:_answer": "template",
    "project/template_process.py:_read": "template",
    "project/upgrade.py:_put": "project",
    "reports/files.py:_put": REPORT,
    "reports/files.py:check_writable": REPORT,
    "run/plan_file.py:bind": "caller's own file",
    "sandbox/lifecycle.py:Sandbox._alone": "sandbox",
    "sandbox/lifecycle.py:launch": "sandbox",
    "sandbox/server.py:main": "sandbox",
    "sandbox/server.py:recorded": "sandbox",
    "state/s3.py:BucketStore.put_if": BUCKET,
    "state/s3.py:BucketStore.write": BUCKET,
    "state/store.py:LocalStore.write": BUCKET,
    "state/store.py:_replace": BUCKET,
}
