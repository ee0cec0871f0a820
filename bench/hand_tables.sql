-- From the wide table of hand.sql to the four tables of a sealed run: every measured value, mark, section and result.
COPY (
    WITH long AS (
        SELECT period, person, 'solved' AS indicator, solved AS num, 1 AS den, solved AS n, solved AS base FROM wide UNION ALL
        SELECT period, person, 'backlog', backlog, 1, backlog, backlog FROM wide UNION ALL
        SELECT period, person, 'first_response', response, 1, responded, responded FROM wide UNION ALL
        SELECT period, person, 'first_response_p90', response_p90, 1, responded, responded FROM wide UNION ALL
        SELECT period, person, 'sla', met, decided, decided, solved FROM wide UNION ALL
        SELECT period, person, 'resolution', resolution, 1, resolved, solved FROM wide UNION ALL
        SELECT period, person, 'reopen', reopened, first_solved, first_solved, first_solved FROM wide UNION ALL
        SELECT period, person, 'one_touch', touched_once, replied, replied, solved FROM wide UNION ALL
        SELECT period, person, 'csat', satisfied, answered, answered, asked FROM wide UNION ALL
        SELECT period, person, 'violations', severity * 1000000, 1000000, broken, broken FROM wide
    )
    SELECT period, person, 0::INTEGER AS seat, indicator, CASE WHEN den > 0 THEN num::BIGINT END AS num, CASE WHEN den > 0 AND num IS NOT NULL THEN den::BIGINT END AS den,
        coalesce(n, 0)::BIGINT AS n, coalesce(base, 0)::BIGINT AS base, CASE WHEN den > 0 AND num IS NOT NULL THEN 'measured' ELSE 'nothing' END AS state
    FROM long ORDER BY period, person, indicator
) TO '{out}/measures.parquet' (FORMAT parquet, COMPRESSION zstd);
COPY (
    WITH long AS (
        SELECT period, person, 'solved' AS indicator, v1 AS points, 15 AS worth, CASE WHEN solved >= 250 THEN 2 WHEN solved >= 150 THEN 1 ELSE 0 END AS clause FROM wide UNION ALL
        SELECT period, person, 'backlog', v2, 5, (backlog >= 10)::INTEGER FROM wide UNION ALL
        SELECT period, person, 'first_response', s1, 10, CASE WHEN response >= 57600 THEN 4 WHEN response >= 14400 THEN 3 WHEN response >= 3600 THEN 2 WHEN response >= 900 THEN 1 ELSE 0 END FROM wide UNION ALL
        SELECT period, person, 'first_response_p90', s2, 6, CASE WHEN response_p90 >= 57600 THEN 4 WHEN response_p90 >= 28800 THEN 3 WHEN response_p90 >= 14400 THEN 2 WHEN response_p90 >= 7200 THEN 1 ELSE 0 END FROM wide UNION ALL
        SELECT period, person, 'sla', s3, 14, CASE WHEN sla >= 0.95::DOUBLE THEN 2 WHEN sla >= 0.8::DOUBLE THEN 1 ELSE 0 END FROM wide UNION ALL
        SELECT period, person, 'resolution', s4, 10, CASE WHEN resolution >= 288000 THEN 4 WHEN resolution >= 86400 THEN 3 WHEN resolution >= 28800 THEN 2 WHEN resolution >= 14400 THEN 1 ELSE 0 END FROM wide UNION ALL
        SELECT period, person, 'reopen', q1, 10.5, 0 FROM wide UNION ALL
        SELECT period, person, 'one_touch', q2, 10.5, CASE WHEN one_touch >= 0.6::DOUBLE THEN 2 WHEN one_touch >= 0.1::DOUBLE THEN 1 ELSE 0 END FROM wide UNION ALL
        SELECT period, person, 'csat', q3, 14, CASE WHEN csat >= 0.9::DOUBLE THEN 2 WHEN csat >= 0.6::DOUBLE THEN 1 ELSE 0 END FROM wide UNION ALL
        SELECT period, person, 'violations', conduct, 5, 0 FROM wide
    )
    SELECT period, person, 0::INTEGER AS seat, indicator, CASE WHEN points IS NULL THEN 'missing' ELSE 'scored' END AS state,
        CASE WHEN points IS NOT NULL THEN clause END AS clause, floor(points / worth * 1e11 + 1e-3)::BIGINT AS mark, floor(points * 1e9 + 1e-3)::BIGINT AS points
    FROM long ORDER BY period, person, indicator
) TO '{out}/marks.parquet' (FORMAT parquet, COMPRESSION zstd);
COPY (
    WITH long AS (
        SELECT period, person, 'volume' AS section, volume AS points, 20 AS worth FROM wide UNION ALL
        SELECT period, person, 'speed', speed, 40 FROM wide UNION ALL
        SELECT period, person, 'quality', quality, 35 FROM wide UNION ALL
        SELECT period, person, 'conduct', conduct, 5 FROM wide UNION ALL
        SELECT period, person, 'total', exact, 100 FROM wide
    )
    SELECT period, person, 0::INTEGER AS seat, section, floor(points * 1e9 + 1e-3)::BIGINT AS points, worth::BIGINT * 1000000000 AS of
    FROM long ORDER BY period, person, section
) TO '{out}/sections.parquet' (FORMAT parquet, COMPRESSION zstd);
COPY (
    SELECT period, person, department, team, position, 1::INTEGER AS seats, total, grade, rank, count(*) OVER (PARTITION BY department, period) AS peers,
        (100 * (20 + 10 * (s1 IS NOT NULL)::INTEGER + 6 * (s2 IS NOT NULL)::INTEGER + 14 * (s3 IS NOT NULL)::INTEGER + 10 * (s4 IS NOT NULL)::INTEGER
            + 10.5 * (q1 IS NOT NULL)::INTEGER + 10.5 * (q2 IS NOT NULL)::INTEGER + 14 * (q3 IS NOT NULL)::INTEGER + 5))::BIGINT AS coverage,
        'scored' AS state, '' AS flags, NULL::VARCHAR AS advice
    FROM wide ORDER BY period, person
) TO '{out}/results.parquet' (FORMAT parquet, COMPRESSION zstd)
