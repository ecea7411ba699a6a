"""Print the OpenAPI document of the API: built, never served, so it needs no database."""

import json
import sys

from curbe.api import Parts, Wiring, build_api

parts = Parts(**dict.fromkeys(Parts.__struct_fields__))  # type: ignore[arg-type]
json.dump(build_api(Wiring(parts)).openapi_schema.to_schema(), sys.stdout, indent=1, sort_keys=True)
