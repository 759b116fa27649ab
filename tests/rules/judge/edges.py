"""The edges of IV076 to IV078: allocations with what fits in a product period and in all, computed by hand."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Edge:
    """An allocation ("volume unit frequency", its days) and the most that fits, in the unit of the line."""

    naam: str
    omvang: str
    looptijd: str
    perioden: dict[str, int]
    totaal: int | None
    eenheid: str = ""
    huishouden: bool = False
    standaarden: tuple[str, ...] = field(default=("ijw", "iwmo"))


def hh(naam: str, omvang: str, looptijd: str, perioden: dict[str, int], totaal: int, eenheid: str = "") -> Edge:
    """An allocation of household help of the Wmo."""
    return Edge(naam, omvang, looptijd, perioden, totaal, eenheid, huishouden=True, standaarden=("iwmo",))


WEEK_53 = [
    Edge("1-3 januari 2021 is week 53", "3 04 2", "2021-01-01/2021-01-03", {"2021-01-01/2021-01-03": 3}, 3),
    Edge("januari 2021: week 53 en 1-4", "3 04 2", "2021-01-01/2021-01-31", {"2021-01-01/2021-01-31": 15}, 15),
    Edge("januari 2021: vijf zondagen", "3 82 2", "2021-01-01/2021-01-31", {"2021-01-01/2021-01-31": 15}, 15),
    Edge(
        "week 53 van 2026 telt in beide maanden en in het geheel één keer",
        "3 04 2",
        "2026-12-01/2027-01-31",
        {"2026-12-01/2026-12-31": 15, "2027-01-01/2027-01-31": 15},
        27,
    ),
    Edge(
        "de zondag van week 53 valt in januari 2027",
        "1 82 2",
        "2026-12-01/2027-01-31",
        {"2026-12-01/2026-12-31": 4, "2027-01-01/2027-01-31": 5},
        9,
    ),
    Edge("einde op donderdag in week 53", "1 82 2", "2026-12-01/2026-12-31", {"2026-12-01/2026-12-31": 5}, 5),
    Edge(
        "einde op zaterdag in week 53: die week telt bij december",
        "1 82 2",
        "2026-12-01/2027-01-02",
        {"2026-12-01/2026-12-31": 5, "2027-01-01/2027-01-02": 0},
        5,
    ),
    Edge(
        "einde op zaterdag in week 53, inspanning",
        "1 04 2",
        "2026-12-01/2027-01-02",
        {"2026-12-01/2026-12-31": 5, "2027-01-01/2027-01-02": 1},
        5,
    ),
    Edge(
        "week 53 zonder zondag, output: bij het einde",
        "1 82 2",
        "2026-12-28/2027-01-02",
        {"2026-12-28/2026-12-31": 0, "2027-01-01/2027-01-02": 1},
        1,
    ),
]
YEARS = [
    Edge(
        "30 en 31 december 2024 zijn week 1 van 2025",
        "1 04 2",
        "2024-12-01/2025-01-31",
        {"2024-12-01/2024-12-31": 6, "2025-01-01/2025-01-31": 5},
        10,
    ),
    Edge(
        "december 2024 en januari 2025, output",
        "1 82 2",
        "2024-12-01/2025-01-31",
        {"2024-12-01/2024-12-31": 5, "2025-01-01/2025-01-31": 5},
        10,
    ),
    Edge(
        "1 en 2 januari 2022 zijn week 52 van 2021", "1 04 2", "2022-01-01/2022-01-31", {"2022-01-01/2022-01-31": 6}, 6
    ),
    Edge("heel 2023, van zondag tot zondag", "1 04 2", "2023-01-01/2023-12-31", {"2023-01-01/2023-01-31": 6}, 53),
    Edge("heel 2023, output", "1 83 2", "2023-01-01/2023-12-31", {"2023-12-01/2023-12-31": 5}, 53),
    Edge("heel 2024, een schrikkeljaar", "1 04 2", "2024-01-01/2024-12-31", {"2024-02-01/2024-02-29": 5}, 53),
    Edge("heel 2026, met week 53", "3 04 2", "2026-01-01/2026-12-31", {"2026-02-01/2026-02-28": 15}, 159),
    Edge(
        "heel 2026, output: 52 zondagen en een rest",
        "1 82 2",
        "2026-01-01/2026-12-31",
        {"2026-12-01/2026-12-31": 5},
        53,
    ),
    Edge("heel 2040 raakt 54 weken", "1 04 2", "2040-01-01/2040-12-31", {"2040-12-01/2040-12-31": 6}, 54),
    Edge(
        "heel 2040, output: 53 zondagen en een rest",
        "1 82 2",
        "2040-01-01/2040-12-31",
        {"2040-12-01/2040-12-31": 6},
        54,
    ),
    Edge("elke dag van een schrikkeljaar", "1 04 1", "2024-01-01/2024-12-31", {"2024-02-01/2024-02-29": 29}, 366),
    Edge("elke dag van 2026", "1 04 1", "2026-01-01/2026-12-31", {"2026-02-01/2026-02-28": 28}, 365),
]
MONTHS = [
    Edge("maart 2025 raakt zes weken", "3 04 2", "2025-03-01/2025-03-31", {"2025-03-01/2025-03-31": 18}, 18),
    Edge(
        "maart 2025, output: vijf zondagen en een rest",
        "3 82 2",
        "2025-03-01/2025-03-31",
        {"2025-03-01/2025-03-31": 18},
        18,
    ),
    Edge("maart 2025 in een langer jaar", "3 82 2", "2025-03-01/2025-12-31", {"2025-03-01/2025-03-31": 15}, 135),
    Edge("november 2026: 30 dagen in zes weken", "1 14 2", "2026-11-01/2026-11-30", {"2026-11-01/2026-11-30": 6}, 6),
    Edge("februari 2027: precies vier zondagen", "1 83 2", "2027-02-01/2027-02-28", {"2027-02-01/2027-02-28": 4}, 4),
    Edge("februari 2024, inspanning", "1 16 2", "2024-02-01/2024-02-29", {"2024-02-01/2024-02-29": 5}, 5),
    Edge("februari 2024, output", "1 82 2", "2024-02-01/2024-02-29", {"2024-02-01/2024-02-29": 5}, 5),
    Edge(
        "twee dagen in twee maanden, per maand",
        "5 04 4",
        "2026-01-31/2026-02-01",
        {"2026-01-31/2026-01-31": 5, "2026-02-01/2026-02-01": 5},
        10,
    ),
    Edge("in totaal, in elke periode", "7 14 6", "2026-01-31/2026-02-01", {"2026-01-31/2026-01-31": 7}, 7),
    Edge("per maand zonder einde", "5 84 4", "2026-01-31/", {"2026-01-31/2026-01-31": 5}, None),
    Edge("per dag zonder einde", "2 82 1", "2026-01-31/", {"2026-08-01/2026-08-31": 62}, None),
    Edge("in totaal zonder einde", "7 04 6", "2026-01-31/", {"2026-08-01/2026-08-31": 7}, 7),
]
ENDS = [
    Edge(
        "einde op zondag 7 juni 2026",
        "1 82 2",
        "2026-05-01/2026-06-07",
        {"2026-05-01/2026-05-31": 5, "2026-06-01/2026-06-07": 1},
        6,
    ),
    Edge(
        "einde op maandag 8 juni 2026",
        "1 82 2",
        "2026-05-01/2026-06-08",
        {"2026-05-01/2026-05-31": 5, "2026-06-01/2026-06-08": 2},
        7,
    ),
    Edge(
        "einde op zaterdag 6 juni 2026: de laatste zondag is 31 mei",
        "1 82 2",
        "2026-05-01/2026-06-06",
        {"2026-05-01/2026-05-31": 6, "2026-06-01/2026-06-06": 0},
        6,
    ),
    Edge("einde op zondag 31 mei 2026", "1 82 2", "2026-05-01/2026-05-31", {"2026-05-01/2026-05-31": 5}, 5),
    Edge("einde op zondag, inspanning", "1 01 2", "2026-05-01/2026-05-31", {"2026-05-01/2026-05-31": 5}, 5),
    Edge("zondag en maandag zijn twee weken", "1 04 2", "2026-03-01/2026-03-02", {"2026-03-01/2026-03-02": 2}, 2),
    Edge("zondag en maandag, output", "1 82 2", "2026-03-01/2026-03-02", {"2026-03-01/2026-03-02": 2}, 2),
    Edge(
        "zaterdag en zondag zijn één week in twee maanden",
        "1 04 2",
        "2026-02-28/2026-03-01",
        {"2026-02-28/2026-02-28": 1, "2026-03-01/2026-03-01": 1},
        1,
    ),
    Edge(
        "zaterdag en zondag, output",
        "1 82 2",
        "2026-02-28/2026-03-01",
        {"2026-02-28/2026-02-28": 0, "2026-03-01/2026-03-01": 1},
        1,
    ),
    Edge("maandag tot en met zondag", "1 04 2", "2026-03-02/2026-03-08", {"2026-03-02/2026-03-08": 1}, 1),
    Edge("maandag tot en met zondag, output", "1 82 2", "2026-03-02/2026-03-08", {"2026-03-02/2026-03-08": 1}, 1),
    Edge("één schrikkeldag, inspanning", "3 04 2", "2024-02-29/2024-02-29", {"2024-02-29/2024-02-29": 3}, 3),
    Edge("één schrikkeldag, output zonder zondag", "3 82 2", "2024-02-29/2024-02-29", {"2024-02-29/2024-02-29": 3}, 3),
    Edge("één schrikkeldag per dag", "3 04 1", "2024-02-29/2024-02-29", {"2024-02-29/2024-02-29": 3}, 3),
    Edge("één schrikkeldag per maand", "3 04 4", "2024-02-29/2024-02-29", {"2024-02-29/2024-02-29": 3}, 3),
    Edge("één zondag, output", "3 83 2", "2026-03-01/2026-03-01", {"2026-03-01/2026-03-01": 3}, 3),
]
MINUTES = [
    Edge(
        "zes weken van drie uur in minuten",
        "3 04 2",
        "2025-03-01/2025-03-31",
        {"2025-03-01/2025-03-31": 1080},
        1080,
        "01",
    ),
    Edge(
        "elke dag twee uur in minuten", "2 04 1", "2025-03-01/2025-03-31", {"2025-03-01/2025-03-31": 3720}, 3720, "01"
    ),
    Edge("een maand in minuten", "15 04 4", "2025-03-31/2025-03-31", {"2025-03-31/2025-03-31": 900}, 900, "01"),
    Edge("in totaal in minuten", "10 04 6", "2025-03-01/2025-06-30", {"2025-03-01/2025-03-31": 600}, 600, "01"),
    Edge("minuten per week blijven minuten", "150 01 2", "2027-02-01/2027-02-28", {"2027-02-01/2027-02-28": 600}, 600),
    Edge("nul uur is nul minuten", "0 04 2", "2025-03-01/2025-03-31", {"2025-03-01/2025-03-31": 0}, 0, "01"),
]
HOUSEHOLD = [
    hh("zes keer op één dag", "3 04 2", "2026-03-01/2026-03-01", {"2026-03-01/2026-03-01": 18}, 3),
    hh("zes keer in minuten", "3 04 2", "2027-02-01/2027-02-28", {"2027-02-01/2027-02-28": 1080}, 720, "01"),
    hh(
        "zes keer per periode, zeven weken in het geheel",
        "3 04 2",
        "2026-05-01/2026-06-14",
        {"2026-05-01/2026-05-31": 18, "2026-06-01/2026-06-14": 18},
        21,
    ),
    hh("output, ook zes keer", "2 82 2", "2026-05-01/2026-06-08", {"2026-06-01/2026-06-08": 12}, 14),
    hh("per maand geen zes keer", "3 04 4", "2026-05-01/2026-06-08", {"2026-06-01/2026-06-08": 3}, 6),
    hh("per dag geen zes keer", "3 04 1", "2026-06-01/2026-06-08", {"2026-06-01/2026-06-08": 24}, 24),
    hh("in totaal geen zes keer", "3 04 6", "2026-06-01/2026-06-08", {"2026-06-01/2026-06-08": 3}, 3),
]
PUBLISHED = [
    Edge("IV076 inspanning: 9 weken", "3 04 2", "2025-07-07/2025-09-07", {"2025-07-07/2025-07-31": 12}, 27),
    Edge(
        "IV076 output 1: 9 zondagen", "30000 83 2", "2025-07-07/2025-09-07", {"2025-08-01/2025-08-31": 150000}, 270000
    ),
    Edge(
        "IV076 output 2: 8 en een rest",
        "30000 83 2",
        "2025-07-07/2025-09-06",
        {"2025-08-01/2025-08-31": 180000},
        270000,
    ),
    Edge("IV077 inspanning: 13 weken", "3 04 2", "2025-10-07/2025-12-30", {"2025-12-01/2025-12-30": 15}, 39),
    Edge(
        "IV077 output 1: 13 en een rest",
        "30000 83 2",
        "2025-10-01/2025-12-31",
        {"2025-10-01/2025-10-31": 120000},
        420000,
    ),
    Edge("IV077 output 2: 8 en een rest", "30000 83 2", "2025-07-07/2025-09-05", {"2025-09-01/2025-09-05": 0}, 270000),
    Edge("IV078 week (iWmo): week 46-50", "3 04 2", "2025-11-12/2025-12-13", {"2025-11-12/2025-11-30": 9}, 15),
    Edge("IV078 maand: drie maanden", "15 04 4", "2025-10-14/2025-12-13", {"2025-10-14/2025-10-31": 15}, 45),
]
ALL = (*WEEK_53, *YEARS, *MONTHS, *ENDS, *MINUTES, *HOUSEHOLD, *PUBLISHED)
