-- What may not be left once everything has come to rest.

-- niet tot rust gekomen
SELECT id, richting, soort, status FROM bericht b WHERE status NOT IN ('goedgekeurd', 'afgekeurd')
    AND NOT (richting = 'uitgaand' AND status = 'afgeleverd'
        AND (tegenpartij = 'MAP' OR soort NOT IN ('301', '305', '307', '315', '317', '319', '323')));

-- niet precies één antwoord
SELECT b.id, b.richting, b.soort FROM bericht b
    LEFT JOIN bericht a ON a.eigenaar = b.eigenaar AND a.antwoord_op = b.id
    WHERE b.soort IN ('301', '305', '307', '315', '317', '319', '323')
    AND NOT (b.richting = 'uitgaand' AND b.tegenpartij = 'MAP')
    GROUP BY 1, 2, 3 HAVING count(a.id) <> 1;

-- een taak is over
SELECT id, task_name, status FROM procrastinate_jobs WHERE args ? 'bericht';

-- de uitkomst is bij beide partijen niet dezelfde
SELECT b.id, b.soort, b.status, a.status FROM bericht b JOIN bericht a ON a.richting = 'inkomend'
    AND a.eigenaar = b.tegenpartij AND a.tegenpartij = b.eigenaar AND a.standaard = b.standaard AND a.soort = b.soort
    AND a.identificatie = b.identificatie
    WHERE b.richting = 'uitgaand' AND b.soort IN ('301', '305', '307', '315', '317', '319', '323')
    AND a.status <> b.status;
