"""Tries the API by its description with schemathesis: api.py URL PHASES EXAMPLES IDS [HEADER...]

PHASES are schemathesis' own (examples, coverage, fuzzing), EXAMPLES how many requests the last of them makes of each
operation. IDS is a JSON object: for each parameter of a path, values that lead to something. Exits 1 when an answer is a 5xx or not
what the description says, or when the server takes what the description rules out.
"""

import json
import sys
import tempfile

import schemathesis
from schemathesis.cli import schemathesis as command

CONFIG = """
seed = 1
color = false
warnings = false
request-timeout = 30.0
cache.enabled = false

[generation]
database = "none"
no-shrink = true
# The callers are real ones; made-up cookies and keys would only be nobody.
with-security-parameters = false

# Nobody goes by ids that were seen in answers: they would find their own session in the lists, and end it.
[phases]
examples.extra-data-sources.responses = false
coverage.extra-data-sources.responses = false
fuzzing.extra-data-sources.responses = false
stateful.enabled = false

[checks]
# What fits the description may still be refused: for what is stored, or because a filter names no field.
positive_data_acceptance.enabled = false
# A link that is too long is one that does not work (410), a batch that is too long too large (413).
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 431]

# Trackers hear 200 and, for each event that was refused, why: sent again it would be no better.
[[operations]]
include-tag = "collect"
checks.negative_data_rejection.enabled = false

# It has no end: what came until then counts as its answer.
[[operations]]
include-operation-id = "follow_signals"
request-timeout = 2.0

# They end the session that the other operations need.
[[operations]]
include-operation-id = ["log_out", "leave_workspace"]
enabled = false
"""


@schemathesis.hook
def filter_case(context, case):
    """Leaves out the one change of a workspace that shuts out whoever has no second factor, which is all callers."""
    changes = case.operation.path == "/api/v1/team/workspace" and isinstance(case.body, dict)
    return not (changes and case.body.get("require_second_factor"))


def main(url, phases, examples, ids, *headers):
    config = CONFIG
    for name, values in json.loads(ids).items():
        config += f"[dictionaries.{name}]\nvalues = {json.dumps(values)}\n"
        config += f'[parameters."path.{name}"]\ndictionary = "{name}"\nprobability = 0.7\n'
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(config)
        file.flush()
        arguments = ["--config-file", file.name, "run", f"{url}/api/openapi.json"]
        arguments += ["--phases", phases, "--max-examples", examples]
        for header in headers:
            arguments += ["--header", header]
        command(arguments)


main(*sys.argv[1:])
