"""The one way in which what is append only gives up personal data (docs/privacy.md).

Two functions, which run with the rights of the owner of the tables, replace texts by the mark of what was erased, only
in rows older than the law's three years, and write who did it. The triggers let nothing else through: no other column,
no other text, no younger row, and no statement outside these functions.
"""

from django.db import migrations

FORWARD = """
-- Must be kernel.privacy.ERASED and kernel.privacy.TEXTS.
CREATE FUNCTION kernel_erased(value jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF jsonb_typeof(value) = 'object' THEN
        RETURN (
            SELECT coalesce(jsonb_object_agg(key, CASE
                WHEN key IN ('name', 'note', 'text', 'reason', 'description', 'on_behalf_of', 'proof', 'statement')
                    AND jsonb_typeof(part) = 'string' AND part <> '""'
                THEN to_jsonb('███'::text) ELSE kernel_erased(part) END), '{}')
            FROM jsonb_each(value) AS each (key, part));
    ELSIF jsonb_typeof(value) = 'array' THEN
        RETURN (
            SELECT coalesce(jsonb_agg(kernel_erased(part) ORDER BY place), '[]')
            FROM jsonb_array_elements(value) WITH ORDINALITY AS each (part, place));
    END IF;
    RETURN value;
END $$;

-- Whether a trigger may let this change of a row pass: the texts named are as they were or erased, and nothing else
-- is touched.
CREATE FUNCTION kernel_only_erases(before jsonb, after jsonb, texts text[]) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE name text;
BEGIN
    IF current_setting('aftersales.erasing', true) IS DISTINCT FROM 'on'
        OR (before ->> 'at')::timestamptz > now() - interval '3 years'
        OR after - texts <> before - texts THEN
        RETURN false;
    END IF;
    FOREACH name IN ARRAY texts LOOP
        IF after -> name <> before -> name AND after -> name <> (CASE jsonb_typeof(before -> name)
            WHEN 'object' THEN kernel_erased(before -> name) ELSE to_jsonb('███'::text) END) THEN
            RETURN false;
        END IF;
    END LOOP;
    RETURN true;
END $$;

CREATE OR REPLACE FUNCTION kernel_history_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND kernel_only_erases(to_jsonb(OLD), to_jsonb(NEW), ARRAY['note', 'actor_name', 'data']) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'history is append only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE FUNCTION kernel_change_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND kernel_only_erases(to_jsonb(OLD), to_jsonb(NEW), ARRAY['label', 'actor_name']) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what was set is append only' USING ERRCODE = 'restrict_violation';
END $$;

-- Of what happened to these rows of one machine: notes, texts in the facts, and the name of this person. Answers how
-- many lines it changed.
CREATE FUNCTION kernel_erase_texts(
    shop bigint, of_machine text, ids bigint[], person bigint, by_kind text, by_name text, by_id bigint
) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE erased integer;
BEGIN
    PERFORM set_config('aftersales.erasing', 'on', true);
    UPDATE kernel_history SET
        note = CASE note WHEN '' THEN '' ELSE '███' END,
        data = kernel_erased(data),
        actor_name = CASE WHEN actor_id = person THEN '███' ELSE actor_name END
    WHERE shop_id = shop AND machine = of_machine AND object_id = ANY (ids)
        AND (note NOT IN ('', '███') OR data <> kernel_erased(data) OR actor_id = person AND actor_name <> '███');
    GET DIAGNOSTICS erased = ROW_COUNT;
    PERFORM set_config('aftersales.erasing', 'off', true);
    IF erased > 0 THEN
        INSERT INTO kernel_change (shop_id, subject, object_id, label, action, fields, actor_kind, actor_name, actor_id)
        SELECT shop, 'erasure', ids[1], left(of_machine || ' ' || array_to_string(ids, ' '), 240), 'remove', '{}',
            by_kind, by_name, by_id;
    END IF;
    RETURN erased;
END $$;

-- The name of a person who worked for a shop or the platform, where they did something, and as what something was about
-- that was set. What they did as a buyer goes with its order. Answers the number of lines.
CREATE FUNCTION kernel_erase_person(
    person bigint, username text, until timestamptz, by_kind text, by_name text, by_id bigint
) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    erased integer := 0;
    old_enough timestamptz := least(until, now() - interval '3 years');
BEGIN
    PERFORM set_config('aftersales.erasing', 'on', true);
    WITH done AS (
        UPDATE kernel_history SET actor_name = '███'
        WHERE actor_id = person AND actor_kind <> 'buyer' AND actor_name <> '███' AND at <= old_enough RETURNING shop_id
    ), changed AS (
        UPDATE kernel_change SET
            actor_name = CASE WHEN actor_id = person THEN '███' ELSE actor_name END,
            label = CASE WHEN subject = 'member' AND label = username THEN '███' ELSE label END
        WHERE at <= old_enough AND (actor_id = person AND actor_name <> '███'
            OR subject = 'member' AND label = username) RETURNING shop_id
    ), shops AS (
        SELECT shop_id, count(*) AS lines FROM (SELECT * FROM done UNION ALL SELECT * FROM changed) AS rows
        GROUP BY shop_id
    ), written AS (
        INSERT INTO kernel_change (shop_id, subject, object_id, label, action, fields, actor_kind, actor_name, actor_id)
        SELECT shop_id, 'erasure', person, 'erased-' || person, 'remove', '{}', by_kind, by_name, by_id FROM shops
    )
    SELECT coalesce(sum(lines), 0) INTO erased FROM shops;
    PERFORM set_config('aftersales.erasing', 'off', true);
    RETURN erased;
END $$;

-- Nobody but the owner, and the role that `grant_run_role` gives it to.
REVOKE ALL ON FUNCTION kernel_erase_texts(bigint, text, bigint[], bigint, text, text, bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION kernel_erase_person(bigint, text, timestamptz, text, text, bigint) FROM PUBLIC;
"""

BACKWARD = """
DROP FUNCTION kernel_erase_person(bigint, text, timestamptz, text, text, bigint);
DROP FUNCTION kernel_erase_texts(bigint, text, bigint[], bigint, text, text, bigint);
CREATE OR REPLACE FUNCTION kernel_history_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is append only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE FUNCTION kernel_change_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was set is append only' USING ERRCODE = 'restrict_violation';
END $$;
DROP FUNCTION kernel_only_erases(jsonb, jsonb, text[]);
DROP FUNCTION kernel_erased(jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0014_number_key")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
