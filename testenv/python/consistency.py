"""Lets the consistency checker of `ops-scenario` judge the cases of some YAML files, and prints what it said as JSON.

    python consistency.py CASES.yaml...

`refusals` has for each case the list of its errors, empty where it accepts. `unreached` lists the refusals in the checker's
own source that no case has led to.
"""

import ast
import inspect
import json
import sys
from pathlib import Path

import ops
import yaml
from scenario import _consistency_checker as checker
from scenario import errors
from scenario import state as s

SOURCE = inspect.getsourcefile(checker)


def main(files: list[str]) -> None:
    refusals, lines = {}, set()
    for file in files:
        for case in yaml.safe_load(Path(file).read_text()):
            refusals[case["case"]] = judge(case, lines)
    json.dump({"refusals": refusals, "unreached": unreached(lines)}, sys.stdout)


def judge(case: dict, lines: set[int]) -> list[str]:
    """What is wrong with a case; the lines of the checker that were run are added to `lines`."""

    def line(frame, event, _):
        if event == "line":
            lines.add(frame.f_lineno)
        return line

    try:
        state, event, spec, juju = built(case)
        sys.settrace(lambda frame, *_: line if frame.f_code.co_filename == SOURCE else None)
        checker.check_consistency(state, event, spec, juju, unit_id=0)
    except (errors.InconsistentScenarioError, errors.StateValidationError) as error:
        return str(error).removeprefix("Inconsistent scenario. The following errors were found: ").split("\n")
    finally:
        sys.settrace(None)
    return []


def unreached(lines: set[int]) -> list[str]:
    """The calls of `errors.append` that are on none of these lines, by their function and the beginning of their text."""
    found = []
    for function in ast.parse(Path(SOURCE).read_text()).body:
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "errors.append" and node.lineno not in lines:
                found.append(f"{function.name}: {ast.unparse(node.args[0])[:60]}")
    return found


def built(case: dict):
    """The state, the event, the charm and the version of Juju that a case tells of."""
    charm, facts = case.get("charm", {}), case.get("state", {})
    meta = {"name": "cinema", "storage": {}, **charm.get("meta", {})}
    options = charm.get("options")
    spec = s._CharmSpec(
        type("Cinema", (ops.CharmBase,), {}),
        meta=meta,
        actions=charm.get("actions"),
        config={"options": options} if options is not None else None,
    )
    kinds = {"tcp": s.TCPPort, "udp": s.UDPPort}
    state = s.State(
        leader=facts.get("leader", False),
        config=facts.get("config", {}),
        relations=[relation(one) for one in facts.get("relations", [])],
        containers=[container(one) for one in facts.get("containers", [])],
        storages=[s.Storage(name, index=int(index)) for name, index in map(split, facts.get("storages", []))],
        secrets=[s.Secret({"key": "value"}, id=one) for one in facts.get("secrets", [])],
        resources=[s.Resource(name=name, path="/") for name in facts.get("resources", [])],
        networks={s.Network(name) for name in facts.get("networks", [])},
        opened_ports={kinds[one["protocol"]](one["port"]) for one in facts.get("ports", [])},
        stored_states=[s.StoredState(**one) for one in facts.get("stored-states", [])],
        model=s.Model(
            type="kubernetes",
            cloud_spec=s.CloudSpec(type="kubernetes") if facts.get("cloud-spec") else None,
        ),
    )
    return state, event(case.get("event", "start"), state), spec, facts.get("juju", "3.6.8")


def split(instance: str) -> list[str]:
    return instance.split("/")


def relation(facts: dict) -> s.RelationBase:
    common = {"endpoint": facts["endpoint"], "id": facts["id"], "local_app_data": facts.get("said", {})}
    if "peers" in facts:
        return s.PeerRelation(**common, peers_data={number: {} for number in facts["peers"]})
    if facts.get("subordinate"):
        return s.SubordinateRelation(**common, remote_app_name=facts["app"])
    return s.Relation(
        **common,
        remote_app_name=facts["app"],
        remote_units_data={number: {} for number in facts.get("units", [0])},
        remote_app_data=facts.get("heard", {}),
    )


def container(facts: dict | str) -> s.Container:
    if isinstance(facts, str):
        return s.Container(facts, can_connect=True)
    layers = {"base": ops.pebble.Layer({"checks": facts["plan"]})} if "plan" in facts else {}
    return s.Container(
        facts["name"],
        can_connect=True,
        layers=layers,
        check_infos=frozenset(check(one) for one in facts.get("checks", [])),
        notices=[s.Notice(key=key, id=key) for key in facts.get("notices", [])],
        execs=[s.Exec(words, return_code=code) for code, words in enumerate(facts.get("execs", []))],
    )


def check(facts: dict) -> s.CheckInfo:
    words = dict(facts)
    if "level" in words:
        words["level"] = ops.pebble.CheckLevel(words["level"])
    if "startup" in words:
        words["startup"] = ops.pebble.CheckStartup(words["startup"])
    return s.CheckInfo(**words)


def event(on: dict | str, state: s.State) -> s._Event:
    if isinstance(on, str):
        return s._Event(on.replace("-", "_"))
    ((kind, about),) = on.items()
    suffix = "_" + kind.replace("-", "_")
    if kind.startswith("relation-"):
        found = [one for one in state.relations if (one.id, one.endpoint) == (about["id"], about["endpoint"])]
        subject = found[0] if found else relation({"units": [], **about})
        return s._Event(about["endpoint"] + suffix, relation=subject, relation_remote_unit_id=about.get("unit"))
    if kind.startswith("pebble-"):
        about = {"container": about} if isinstance(about, str) else about
        subject = of(state.containers, about["container"]) or s.Container(about["container"], can_connect=True)
        notice = s.Notice(key=about["notice"], id=about["notice"]) if "notice" in about else None
        info = s.CheckInfo(about["check"]) if "check" in about else None
        return s._Event(about["container"] + suffix, container=subject, notice=notice, check_info=info)
    if kind.startswith("secret-"):
        found = [one for one in state.secrets if one.id == about]
        return s._Event(suffix[1:], secret=found[0] if found else s.Secret({"key": "value"}, id=about))
    if kind.startswith("storage-"):
        name, index = split(about)
        found = [one for one in state.storages if (one.name, one.index) == (name, int(index))]
        return s._Event(name + suffix, storage=found[0] if found else s.Storage(name, index=int(index)))
    if kind == "action":
        return s._Event(about["name"] + suffix, action=s._Action(about["name"], params=about.get("params", {})))
    return raw(about, state)


def raw(facts: dict, state: s.State) -> s._Event:
    """An event whose name and subject are given apart, which only the checker's own types allow."""
    return s._Event(
        facts["name"],
        relation=next(iter(state.relations), None) if facts.get("with") == "relation" else None,
        container=next(iter(state.containers), None) if facts.get("with") == "container" else None,
        storage=next(iter(state.storages), None) if facts.get("with") == "storage" else None,
        action=s._Action("sell") if facts.get("with") == "action" else None,
    )


def of(things, name: str):
    return next((one for one in things if one.name == name), None)


if __name__ == "__main__":
    main(sys.argv[1:])
