"""The knowledge files: read, validated, and held so that nothing can change them."""

from triage.knowledge.base import Knowledge
from triage.knowledge.loader import fingerprint, load_knowledge
from triage.knowledge.problems import KnowledgeError, Problem

__all__ = ["Knowledge", "KnowledgeError", "Problem", "fingerprint", "load_knowledge"]
