"""Indexes for the rules on requests, on numbers of declaraties and on their months."""

from alembic import op

revision = "0004"
down_revision = "0003"

LOOKUPS = (
    ("ix_aangevraagd_product_bsn_eigenaar_standaard_tegenpartij", "aangevraagd_product", "bsn"),
    ("ix_aangevraagd_product_referentie_aanbieder_eigenaar_st_5027", "aangevraagd_product", "referentie_aanbieder"),
    ("ix_antwoord_referentie_aanbieder_eigenaar_standaard_tegenpartij", "antwoord", "referentie_aanbieder"),
    ("ix_declaratie_declaratie_nummer_eigenaar_standaard_tegenpartij", "declaratie", "declaratie_nummer"),
    ("ix_toegewezen_product_referentie_aanbieder_eigenaar_sta_3ffb", "toegewezen_product", "referentie_aanbieder"),
    ("ix_verzoek_bsn_eigenaar_standaard_tegenpartij", "verzoek", "bsn"),
    ("ix_verzoek_referentie_aanbieder_eigenaar_standaard_tegenpartij", "verzoek", "referentie_aanbieder"),
)
MAAND = "ix_declaratie_maand"


def upgrade() -> None:
    """Make them, each with the looked-up column first."""
    for name, table, column in LOOKUPS:
        op.execute(f"CREATE INDEX {name} ON {table} ({column}, eigenaar, standaard, tegenpartij)")
    op.execute(f"CREATE INDEX {MAAND} ON declaratie (declaratie_periode_begindatum, eigenaar, standaard, tegenpartij)")


def downgrade() -> None:
    """Drop them."""
    for name in (MAAND, *(lookup[0] for lookup in LOOKUPS)):
        op.execute(f"DROP INDEX {name}")
