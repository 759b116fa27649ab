"""What all tables share: the names of constraints, and a check on the values of a column."""

from sqlalchemy import CheckConstraint, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def one_of(name: str, values: tuple[str, ...]) -> CheckConstraint:
    """The constraint that a column has one of these values."""
    return CheckConstraint(f"{name} IN ({', '.join(map(repr, values))})", name=name)
