-- What may never be seen, in whatever snapshot: each query gives the offending rows. MAP stands for the provider
-- behind a folder, whose ledger is not here. Heen messages are 301 … 323, their answers 302 … 325.

-- twee antwoorden op één bericht
SELECT eigenaar, antwoord_op FROM bericht WHERE antwoord_op IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1;

-- een uitkomst zonder antwoord
SELECT id, soort, status FROM bericht b WHERE richting = 'uitgaand' AND status IN ('goedgekeurd', 'afgekeurd')
    AND soort IN ('301', '305', '307', '315', '317', '319', '323')
    AND NOT EXISTS (SELECT 1 FROM bericht a WHERE a.eigenaar = b.eigenaar AND a.antwoord_op = b.id);

-- een Identificatie twee keer gebruikt
SELECT eigenaar, standaard, soort, identificatie FROM bericht WHERE richting = 'uitgaand'
    GROUP BY 1, 2, 3, 4 HAVING count(*) > 1;

-- twee keer aangekomen
SELECT eigenaar, tegenpartij, standaard, soort, identificatie FROM bericht WHERE richting = 'inkomend'
    GROUP BY 1, 2, 3, 4, 5 HAVING count(*) > 1;

-- afgeleverd en niet aangekomen
SELECT id, soort, status FROM bericht b
    WHERE richting = 'uitgaand' AND status IN ('afgeleverd', 'goedgekeurd', 'afgekeurd') AND tegenpartij <> 'MAP'
    AND NOT EXISTS (SELECT 1 FROM bericht a WHERE a.richting = 'inkomend' AND a.eigenaar = b.tegenpartij
        AND a.tegenpartij = b.eigenaar AND a.standaard = b.standaard AND a.soort = b.soort
        AND a.identificatie = b.identificatie);

-- aangekomen en nooit verstuurd
SELECT id, soort, status FROM bericht a WHERE richting = 'inkomend' AND tegenpartij <> 'MAP'
    AND NOT EXISTS (SELECT 1 FROM bericht b WHERE b.richting = 'uitgaand' AND b.eigenaar = a.tegenpartij
        AND b.tegenpartij = a.eigenaar AND b.standaard = a.standaard AND b.soort = a.soort
        AND b.identificatie = a.identificatie);

-- niet te bezorgen, zonder reden
SELECT id, soort FROM bericht WHERE status = 'mislukt';

-- werk kwijt: onderweg en zonder taak
SELECT id, richting, soort, status FROM bericht b
    WHERE (status IN ('ontvangen', 'gecontroleerd', 'klaar')
        OR richting = 'inkomend' AND soort IN ('301', '305', '307', '315', '317', '319', '323')
        AND NOT EXISTS (SELECT 1 FROM bericht a WHERE a.eigenaar = b.eigenaar AND a.antwoord_op = b.id))
    AND id::text NOT IN (SELECT args ->> 'bericht' FROM procrastinate_jobs
        WHERE args ? 'bericht' AND status IN ('todo', 'doing'));

-- een taak zonder bericht
SELECT id, task_name FROM procrastinate_jobs WHERE args ? 'bericht'
    AND args ->> 'bericht' NOT IN (SELECT id::text FROM bericht);

-- een taak is opgegeven
SELECT id, task_name FROM procrastinate_jobs WHERE status = 'failed';

-- werk is mislukt, en niet omdat er iets weg was
SELECT bericht, taak, reden FROM storing WHERE reden !~
    '^(OperationalError|Connect(Error|Timeout)|Read(Error|Timeout)|WriteError|RemoteProtocolError|HTTPStatusError) in ';

-- een bericht dat niet voor elke persoon één keer in het logboek staat
SELECT b.id, b.richting, b.soort FROM bericht b JOIN client c ON c.bericht = b.id
    LEFT JOIN verwerking v ON v.eigenaar = b.eigenaar AND c.bsn = ANY (v.betrokkenen) AND v.onderwerp = b.id::text
        AND v.handeling = 'bericht ' || b.richting
    GROUP BY 1, 2, 3 HAVING count(v.volgnummer) <> count(DISTINCT c.bsn);

-- een beoordeling die niet voor elke persoon één keer in het logboek staat
SELECT b.id, b.soort FROM bericht b JOIN client c ON c.bericht = b.id
    LEFT JOIN verwerking v ON v.eigenaar = b.eigenaar AND c.bsn = ANY (v.betrokkenen) AND v.onderwerp = b.id::text
        AND v.handeling = 'bericht beoordeeld'
    WHERE b.richting = 'inkomend' AND b.status IN ('goedgekeurd', 'afgekeurd')
    GROUP BY 1, 2 HAVING count(v.volgnummer) <> count(DISTINCT c.bsn);
