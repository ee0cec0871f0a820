-- The rules of scheme.yaml as somebody who knows DuckDB would write them by hand, for the twelve months of 2025.
-- Reads the stored evidence: tickets, surveys, violations, people. Gives one wide row a person and month: measured values,
-- points of every indicator and section, total (hundredths), grade, rank.
WITH solved AS (
    SELECT solver AS person, month(solved_on) AS m, count(*) AS solved, count(*) FILTER (sla_met) AS met, count(sla_met) AS decided,
        count(*) FILTER (reply_count < 2 AND coalesce(reopen_count, 0) = 0) AS touched_once, count(reply_count) AS replied,
        quantile_cont(solved_work - created_work, 0.5) AS resolution, count(solved_work - created_work) AS resolved
    FROM tickets
    WHERE (status IS NULL OR status NOT IN ('merged', 'duplicate', 'spam')) AND merged_into IS NULL
        AND solved_on >= '2025-01-01' AND solved_on < '2026-01-01'
    GROUP BY 1, 2
),
responded AS (
    SELECT responder AS person, month(responded_on) AS m, quantile_cont(responded_work - created_work, [0.5, 0.9]) AS response, count(*) AS responded
    FROM tickets
    WHERE (status IS NULL OR status NOT IN ('merged', 'duplicate', 'spam')) AND merged_into IS NULL
        AND responded_on >= '2025-01-01' AND responded_on < '2026-01-01'
    GROUP BY 1, 2
),
first_solved AS (
    SELECT coalesce(first_solver, solver) AS person, month(coalesce(first_solved_on, solved_on)) AS m, count(*) AS first_solved,
        count(*) FILTER (reopen_count > 0) AS reopened
    FROM tickets
    WHERE (status IS NULL OR status NOT IN ('merged', 'duplicate', 'spam')) AND merged_into IS NULL
        AND coalesce(first_solved_on, solved_on) >= '2025-01-01' AND coalesce(first_solved_on, solved_on) < '2026-01-01'
    GROUP BY 1, 2
),
standing AS (
    SELECT assignee AS person, unnest(range(entered, gone)) AS m
    FROM (
        SELECT assignee, CASE WHEN created_on < '2025-01-01' THEN 1 ELSE month(created_on) END AS entered,
            CASE WHEN solved_on IS NULL OR solved_on >= '2026-01-01' THEN 13 ELSE month(solved_on) END AS gone
        FROM tickets
        WHERE (status IS NULL OR status NOT IN ('merged', 'duplicate', 'spam')) AND merged_into IS NULL
            AND created_on < '2026-01-01' AND (solved_on IS NULL OR solved_on >= '2025-02-01')
    )
    WHERE entered < gone
),
backlog AS (SELECT person, m, count(*) AS backlog FROM standing GROUP BY 1, 2),
asked AS (
    SELECT person, month(asked_on) AS m, count(*) FILTER (answer >= 4) AS satisfied, count(answer) AS answered, count(*) AS asked
    FROM surveys
    WHERE question = 'result' AND asked_on >= '2025-01-01' AND asked_on < '2026-01-01'
    GROUP BY 1, 2
),
broken AS (
    SELECT person, month(happened_on) AS m, sum(CASE severity WHEN 'minor' THEN 1 WHEN 'major' THEN 3 WHEN 'grave' THEN 10 END) / 10 AS severity,
        count(*) AS broken
    FROM violations
    WHERE state = 'verified' AND happened_on >= '2025-01-01' AND happened_on < '2026-01-01'
    GROUP BY 1, 2
),
judged AS (
    SELECT person, department, team, position, m
    FROM people, range(1, 13) months(m)
    WHERE kind = 'human' AND (hired_on IS NULL OR hired_on < make_date(2025, m::INTEGER, 1) + INTERVAL 1 MONTH)
        AND (left_on IS NULL OR left_on >= make_date(2025, m::INTEGER, 1))
),
measured AS (
    SELECT person, department, team, position, m, met, decided, resolved, responded, reopened, first_solved, touched_once, replied,
        satisfied, answered, asked, broken, coalesce(solved, 0) AS solved, coalesce(backlog, 0) AS backlog, floor(response[1] + 0.500001) AS response,
        floor(response[2] + 0.500001) AS response_p90, met / nullif(decided, 0) AS sla, floor(resolution + 0.500001) AS resolution,
        reopened / nullif(first_solved, 0) AS reopen, touched_once / nullif(replied, 0) AS one_touch, satisfied / nullif(answered, 0) AS csat,
        coalesce(severity, 0) AS severity
    FROM judged
    LEFT JOIN solved USING (person, m)
    LEFT JOIN responded USING (person, m)
    LEFT JOIN first_solved USING (person, m)
    LEFT JOIN backlog USING (person, m)
    LEFT JOIN asked USING (person, m)
    LEFT JOIN broken USING (person, m)
),
marked AS (
    SELECT *,
        15 * CASE WHEN solved >= 250 THEN 1 WHEN solved >= 150 THEN 0.6 + 0.4 * (solved - 150) / 100 ELSE 0.6 * solved / 150 END AS v1,
        5 * greatest(1 - greatest(backlog - 10, 0) * 0.025::DOUBLE, 0) AS v2,
        10 * CASE WHEN response >= 57600 THEN 0 WHEN response >= 14400 THEN 0.6 - 0.6 * (response - 14400) / 43200
            WHEN response >= 3600 THEN 0.8 - 0.2 * (response - 3600) / 10800 WHEN response >= 900 THEN 1 - 0.2 * (response - 900) / 2700
            WHEN response >= 0 THEN 1 END AS s1,
        6 * CASE WHEN response_p90 >= 57600 THEN 0.3 WHEN response_p90 >= 28800 THEN 0.6 WHEN response_p90 >= 14400 THEN 0.75
            WHEN response_p90 >= 7200 THEN 0.9 WHEN response_p90 >= 0 THEN 1 END::DOUBLE AS s2,
        14 * CASE WHEN sla >= 0.95::DOUBLE THEN 1 WHEN sla >= 0.8::DOUBLE THEN 0.8 + 0.2 * (sla - 0.8) / 0.15 WHEN sla >= 0 THEN sla END AS s3,
        10 * CASE WHEN resolution >= 288000 THEN 0 WHEN resolution >= 86400 THEN 0.6 - 0.6 * (resolution - 86400) / 201600
            WHEN resolution >= 28800 THEN 0.8 - 0.2 * (resolution - 28800) / 57600 WHEN resolution >= 14400 THEN 1 - 0.2 * (resolution - 14400) / 14400
            WHEN resolution >= 0 THEN 1 END AS s4,
        10.5::DOUBLE * CASE WHEN reopen >= 0 THEN greatest(1 - 5 * reopen, 0) END AS q1,
        10.5::DOUBLE * CASE WHEN one_touch >= 0.6::DOUBLE THEN 1 WHEN one_touch >= 0.1::DOUBLE THEN (one_touch - 0.1) / 0.5 WHEN one_touch >= 0 THEN 0 END AS q2,
        14 * CASE WHEN csat >= 0.9::DOUBLE THEN 1 WHEN csat >= 0.6::DOUBLE THEN 0.4 + 0.6 * (csat - 0.6) / 0.3 WHEN csat >= 0 THEN csat * 2 / 3 END AS q3,
        5 * greatest(1 - severity, 0) AS conduct
    FROM measured
),
summed AS (
    SELECT *, v1 + v2 AS volume,
        40 * (coalesce(s1, 0) + coalesce(s2, 0) + coalesce(s3, 0) + coalesce(s4, 0))
            / nullif(10 * (s1 IS NOT NULL)::INTEGER + 6 * (s2 IS NOT NULL)::INTEGER + 14 * (s3 IS NOT NULL)::INTEGER + 10 * (s4 IS NOT NULL)::INTEGER, 0) AS speed,
        35 * (coalesce(q1, 0) + coalesce(q2, 0) + coalesce(q3, 0))
            / nullif(10.5::DOUBLE * (q1 IS NOT NULL)::INTEGER + 10.5::DOUBLE * (q2 IS NOT NULL)::INTEGER + 14 * (q3 IS NOT NULL)::INTEGER, 0) AS quality
    FROM marked
),
totals AS (
    SELECT *,
        100 * (volume + conduct + coalesce(speed, 0) + coalesce(quality, 0))
            / (25 + 40 * (speed IS NOT NULL)::INTEGER + 35 * (quality IS NOT NULL)::INTEGER) AS exact,
        floor(100 * exact + 0.5 + 1e-7)::BIGINT AS total
    FROM summed
)
SELECT '2025-' || printf('%02d', m) AS period, * EXCLUDE (m),
    CASE WHEN total >= 8500 THEN 'S' WHEN total >= 7500 THEN 'A' WHEN total >= 6500 THEN 'B' WHEN total >= 5000 THEN 'C' ELSE 'D' END AS grade,
    rank() OVER (PARTITION BY department, m ORDER BY total DESC) AS rank
FROM totals
ORDER BY period, person
