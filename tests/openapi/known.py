"""Calls operations with what is known to be there, and checks each answer against the document.

Standard input: {"url", "token", "cases": [{"operation", "status", "path", "query", "body"}]}; the last
line printed is "N passed, M failed".
"""

import json
import sys

import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

ALWAYS = [status_code_conformance, content_type_conformance, response_schema_conformance]


def fault(schema, token, case):
    """What is wrong with the answer to the case; None: nothing."""
    call = schema.find_operation_by_id(case["operation"]).Case(
        path_parameters=case.get("path", {}),
        query=case.get("query", {}),
        headers={"Authorization": f"Bearer {token}"},
        **({"body": case["body"], "media_type": "application/json"} if "body" in case else {}),
    )
    response = call.call()
    if response.status_code != case["status"]:
        return f"status {response.status_code}, not {case['status']}: {response.text[:300]}"
    checks = ALWAYS if case["status"] == 503 else [*ALWAYS, not_a_server_error]
    try:
        call.validate_response(response, checks=checks)
    except BaseException as error:  # the checks raise a group of failures
        return str(error)
    return None


def main():
    asked = json.load(sys.stdin)
    schema = schemathesis.openapi.from_url(f"{asked['url']}/api/v1/openapi.json")
    failed = 0
    for case in asked["cases"]:
        wrong = fault(schema, asked["token"], case)
        if wrong:
            failed += 1
            print(f"{case['operation']}: {wrong}")
    print(f"{len(asked['cases']) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
