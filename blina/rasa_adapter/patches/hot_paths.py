"""Replacements that do what Rasa does in less time (``functions.py`` says for which of its functions)."""

from __future__ import annotations

import copy
import logging
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import Event

_log_of_rasa = logging.getLogger("rasa")
_resolve_by_type = Event.resolve_by_type
_MOST_REMEMBERED = 1000  # latest states: an intent after an action
_metadata_from_dict = ModelMetadata.from_dict
_is_empty = Domain.is_empty
_SAYS_SOMETHING = "_says_something"


@dataclass
class _Fitting:
    """Of one policy's rules those that fit a latest state."""

    lookup: dict[str, str]
    rules: int
    by_state: dict[str, frozenset[str]]


_fitting: WeakKeyDictionary[RulePolicy, _Fitting] = WeakKeyDictionary()


def run_graph(
    self: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
) -> dict[str, Any]:
    """Run the components that the targets need, each once.

    Args:
        self: the runner, with its components.
        inputs: what comes from outside, by name.
        targets: names of the nodes whose results are wanted; all final ones when none are named.

    Returns:
        The results by name.

    Raises:
        GraphRunError: when an input cannot be told from a node, or a component fails so.
    """
    nodes = self._graph_schema.nodes
    done = {name: (name, value) for name, value in (inputs or {}).items()}
    for name, value in done.values():
        if isinstance(value, str) and value in nodes:
            raise GraphRunError(f"The value of the input '{name}' is the name of a node.")

    def result(name: str) -> Any:
        if name not in done:
            if name not in nodes:
                return name  # an input that was not given: the node knows what to make of it
            given = [result(parent) for parent in nodes[name].needs.values()]
            done[name] = self._instantiated_nodes[name](*given)
        return done[name]

    try:
        return dict(result(name) for name in targets or self._graph_schema.target_names)
    except RuntimeError as error:
        raise GraphRunError("Error running runner.") from error


def possible_rules(self: RulePolicy, lookup: dict[str, str], states: list[State]) -> set[str]:
    """The rules that fit a conversation: first those that fit its latest state, which is remembered.

    Args:
        self: the policy.
        lookup: actions by rule.
        states: of the conversation, the latest last.

    Returns:
        Those of the rules that fit.
    """
    if not states:
        return set(lookup)
    possible = set(_fitting_latest(self, lookup, states[-1]))
    for turns_ago, state in enumerate(reversed(states[:-1]), start=1):
        possible = {key for key in possible if self._is_rule_applicable(key, turns_ago, state)}
    return possible


def _fitting_latest(policy: RulePolicy, lookup: dict[str, str], state: State) -> frozenset[str]:
    known = _fitting.get(policy)
    if known is None or known.lookup is not lookup or known.rules != len(lookup):
        known = _fitting[policy] = _Fitting(lookup, len(lookup), {})
    latest = repr(state)
    if latest not in known.by_state:
        if len(known.by_state) >= _MOST_REMEMBERED:
            known.by_state.clear()
        fitting = (rule for rule in lookup if policy._is_rule_applicable(rule, 0, state))
        known.by_state[latest] = frozenset(fitting)
    return known.by_state[latest]


@lru_cache(maxsize=128)
def event_class(name: str, default: type[Event] | None = None) -> type[Event] | None:
    """The class of a stored event; Rasa looks through all classes for every event.

    Args:
        name: of the type of event.
        default: for an unknown name.

    Returns:
        None for a type that Rasa gave up.

    Raises:
        ValueError: for an unknown name without a default.
    """
    found: type[Event] | None = _resolve_by_type(name, default)
    return found


class CopiesForTheLog:
    """Stands for the module ``copy`` where Rasa copies nothing but what it hands to its debug log."""

    @staticmethod
    def deepcopy(value: Any) -> Any:
        """The value, copied when it is going to be logged."""
        return copy.deepcopy(value) if _log_of_rasa.isEnabledFor(logging.DEBUG) else value


def domain_is_empty(self: Domain) -> bool:
    """Whether a domain says nothing; one that says something goes on to.

    Args:
        self: the domain.

    Returns:
        Rasa's answer, remembered when it is no.
    """
    if _SAYS_SOMETHING not in vars(self):
        if _is_empty(self):
            return True
        setattr(self, _SAYS_SOMETHING, True)
    return False


class _SchemaReadLater(GraphSchema):
    """How a model was trained; the classes of its nodes are loaded when they are asked for."""

    def __init__(self, serialized: dict[str, Any]) -> None:
        self._serialized = serialized

    @property
    def nodes(self) -> dict[str, SchemaNode]:
        """The nodes of the graph that trained the model."""
        nodes: dict[str, SchemaNode] = GraphSchema.from_dict(copy.deepcopy(self._serialized)).nodes
        return nodes


def metadata_without_training(serialized: dict[str, Any]) -> ModelMetadata:
    """What a model says of itself; the way it was trained is read later, or never.

    Args:
        serialized: the model's ``metadata.json``.

    Returns:
        Rasa's form of it.
    """
    metadata = _metadata_from_dict({**serialized, "train_schema": {"nodes": {}}})
    metadata.train_schema = _SchemaReadLater(serialized["train_schema"])
    return metadata
