"""The knowledge files: read, validated, and held so that nothing can change them."""

from blina.knowledge.base import Knowledge
from blina.knowledge.loader import fingerprint, load_knowledge
from blina.knowledge.problems import KnowledgeError, Problem

__all__ = ["Knowledge", "KnowledgeError", "Problem", "fingerprint", "load_knowledge"]
