"""Messages give up their texts as history does (kernel 0015): to one function, only the texts, only after three years."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION aftersales_message_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND kernel_only_erases(to_jsonb(OLD), to_jsonb(NEW), ARRAY['text', 'author_name']) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'messages are append only' USING ERRCODE = 'restrict_violation';
END $$;

-- What was said on an order and its tickets, and the name of this person as author. Answers the number of messages.
CREATE FUNCTION aftersales_erase_messages(
    shop bigint, of_order bigint, person bigint, by_kind text, by_name text, by_id bigint
) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE erased integer;
BEGIN
    PERFORM set_config('aftersales.erasing', 'on', true);
    UPDATE aftersales_message SET
        text = CASE text WHEN '' THEN '' ELSE '███' END,
        author_name = CASE WHEN author_id = person THEN '███' ELSE author_name END
    WHERE shop_id = shop AND order_id = of_order
        AND (text NOT IN ('', '███') OR author_id = person AND author_name <> '███');
    GET DIAGNOSTICS erased = ROW_COUNT;
    PERFORM set_config('aftersales.erasing', 'off', true);
    IF erased > 0 THEN
        INSERT INTO kernel_change (shop_id, subject, object_id, label, action, fields, actor_kind, actor_name, actor_id)
        SELECT shop, 'erasure', of_order, 'message ' || of_order, 'remove', '{}', by_kind, by_name, by_id;
    END IF;
    RETURN erased;
END $$;
REVOKE ALL ON FUNCTION aftersales_erase_messages(bigint, bigint, bigint, text, text, bigint) FROM PUBLIC;
"""

BACKWARD = """
DROP FUNCTION aftersales_erase_messages(bigint, bigint, bigint, text, text, bigint);
CREATE OR REPLACE FUNCTION aftersales_message_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'messages are append only' USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0030_settlements_by_hand"), ("kernel", "0015_erasing")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
