"""Reads an address of Prometheus metrics with the parser of the published prometheus-client: metrics.py URL

Prints, as JSON, what each family is and its samples: name, labels, value. Exits 1 when something cannot be parsed.
"""

import json
import sys
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

with urlopen(sys.argv[1]) as answer:
    families = text_string_to_metric_families(answer.read().decode())
    print(
        json.dumps(
            {
                family.name: {
                    "type": family.type,
                    "help": family.documentation,
                    "samples": [[sample.name, sample.labels, sample.value] for sample in family.samples],
                }
                for family in families
            }
        )
    )
