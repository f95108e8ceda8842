"""Steps from one schema of the PostgreSQL database to the next, for alembic."""
