"""Facts, parameters and decisions: what they are, what they answer, and why."""

from community_core.rules.answer import Answer, ConditionReport, ParameterUse, Reason, Trace
from community_core.rules.bounds import Bound, BoundKind
from community_core.rules.engine import Engine, Evaluated
from community_core.rules.function_plan import FunctionPlan
from community_core.rules.pattern import GAP, OTHERWISE, Choice, Pattern, Status
from community_core.rules.plan import BrokenPlan, Plan, TablePlan
from community_core.rules.python import decision
from community_core.rules.terms import (
    Aggregation,
    AsOf,
    DatedValue,
    Decision,
    DecisionTable,
    Expression,
    Fact,
    Function,
    HitPolicy,
    Output,
    Parameter,
    PythonDecision,
    Row,
)
from community_core.rules.types import (
    BOOL,
    DATE,
    INT,
    MONEY,
    SHARE,
    TEXT,
    Kind,
    ValueType,
    enum_of,
    list_of,
    read_text,
)

__all__ = [
    "BOOL",
    "DATE",
    "GAP",
    "INT",
    "MONEY",
    "OTHERWISE",
    "SHARE",
    "TEXT",
    "Aggregation",
    "Answer",
    "AsOf",
    "Bound",
    "BoundKind",
    "BrokenPlan",
    "Choice",
    "ConditionReport",
    "DatedValue",
    "Decision",
    "DecisionTable",
    "Engine",
    "Evaluated",
    "Expression",
    "Fact",
    "Function",
    "FunctionPlan",
    "HitPolicy",
    "Kind",
    "Output",
    "Parameter",
    "ParameterUse",
    "Pattern",
    "Plan",
    "PythonDecision",
    "Reason",
    "Row",
    "Status",
    "TablePlan",
    "Trace",
    "ValueType",
    "decision",
    "enum_of",
    "list_of",
    "read_text",
]
