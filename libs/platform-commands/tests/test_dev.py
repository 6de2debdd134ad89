"""`platform dev`: starts all servers, prints their URLs, and leaves no process behind."""

import json
import signal
import sys
import urllib.request

from dagster import DagsterRunStatus

UI_LINE = "Press Ctrl-C to stop all servers."
LAUNCH = """
mutation { launchRun(executionParams: {
  selector: {
    repositoryLocationName: "one", repositoryName: "__repository__", jobName: "__ASSET_JOB",
    assetSelection: [{path: ["apart", "h"]}]
  }
}) { __typename ... on PythonError { message } } }
"""


def settings(*services):
    lines = []
    for name, command, sets, *unless in services:
        lines += [
            "[[tool.platform.dev.services]]",
            f"name = {json.dumps(name)}",
            f"command = {json.dumps(command)}",
            f"sets = {sets}",
            f"unless = {json.dumps(unless)}",
        ]
    return "\n".join(lines)


def output_until(process, text):
    lines = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            break
    return "".join(lines)


def url_of(output, name):
    return next(line.split()[1] for line in output.splitlines() if line.startswith(name))


def test_dev_serves_the_ui_and_services_and_stops_every_process_on_ctrl_c(toy):
    toy.behave(apart__h="hang")
    web = ["{python}", "-m", "http.server", "{port}", "--bind", "127.0.0.1"]
    (toy.root / "pyproject.toml").write_text(
        settings(
            ("shop", web, '{ SHOP_URL = "{url}/customers.csv" }'),
            ("sync", ["never"], "{}", "TOY_CONTROL"),
        )
    )
    process = toy.start("dev")
    output = output_until(process, UI_LINE)
    assert UI_LINE in output, output
    assert "sync             not started: TOY_CONTROL is set" in output
    shop, ui = url_of(output, "shop"), url_of(output, "Dagster")
    assert shop.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(f"{shop}/workspace.yaml") as answer:
        assert b"load_from" in answer.read()
    dagster = [child for child in toy.processes() if "SHOP_URL" in child.environ()]
    assert dagster
    assert {child.environ()["SHOP_URL"] for child in dagster} == {f"{shop}/customers.csv"}
    assert (toy.environment_dir / "logs" / "dagster.log").stat().st_size > 0

    # A run that is started in the UI goes through the queue, and must end with the servers.
    request = urllib.request.Request(
        f"{ui}/graphql",
        data=json.dumps({"query": LAUNCH}).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer)["data"]["launchRun"]["__typename"] == "LaunchRunSuccess"
    toy.wait_until(lambda: toy.has_started("apart/h"))

    # `platform run` works with a daemon and its queue as it does without them.
    parallel = toy.start("run", "--select", "two/other")
    parallel_output, _ = parallel.communicate(timeout=120)
    assert parallel.returncode == 0, parallel_output

    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=90)
    assert process.returncode == 0, output
    assert "All servers stopped." in output
    assert toy.processes() == []
    with toy.instance() as instance:
        run, parallel_run = sorted(instance.get_runs(), key=lambda run: "platform/run" in run.tags)
        assert parallel_run.status is DagsterRunStatus.SUCCESS
        assert run.status in {DagsterRunStatus.CANCELED, DagsterRunStatus.FAILURE}
        assert not instance.event_log_storage.get_concurrency_info("warehouse_one").active_run_ids


def test_service_that_exits_is_named_with_the_end_of_its_log_and_the_others_are_stopped(toy):
    web = [sys.executable, "-m", "http.server", "{port}", "--bind", "127.0.0.1"]
    broken = [sys.executable, "-c", "import sys; sys.exit('not found: ' + sys.argv[1])", "{shop}"]
    (toy.root / "pyproject.toml").write_text(
        settings(("shop", web, "{}"), ("bakery", broken, "{}"))
    )
    process = toy.start("dev")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "bakery exited with code 1" in output
    assert f"not found: {url_of(output, 'shop')}" in output
    assert toy.processes() == []


def test_unknown_setting_and_unknown_placeholder_are_usage_errors(toy):
    (toy.root / "pyproject.toml").write_text("[tool.platform.dev]\nservice = []\n")
    process = toy.start("dev")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "[tool.platform] dev.service: Extra inputs are not permitted" in output
    (toy.root / "pyproject.toml").write_text(settings(("shop", ["{prot}"], "{}")))
    process = toy.start("dev")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "'{prot}' contains an unknown placeholder. Known placeholders: {data_dir}" in output
