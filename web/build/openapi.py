"""Print the OpenAPI document of the API: built, never served, so it needs no database."""

import json
import sys

from curbe.app import Parts, build_api

parts = Parts(**dict.fromkeys(Parts.__struct_fields__))  # type: ignore[arg-type]
json.dump(build_api(parts).openapi_schema.to_schema(), sys.stdout, indent=1, sort_keys=True)
