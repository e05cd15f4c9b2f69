-- Written by `python -m config.baseline` from the migrations that it names: run that again, do not edit.


CREATE FUNCTION accounts_end_tokens() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_TABLE_NAME = 'accounts_user' THEN
        DELETE FROM knox_authtoken WHERE user_id = NEW.id;
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM knox_authtoken WHERE user_id = OLD.user_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        DELETE FROM knox_authtoken WHERE user_id = NEW.user_id;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION accounts_member_is_not_support() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE is_support boolean;
BEGIN
    -- The lock makes an appointment to support that is under way finish first, and a later one see this row.
    SELECT support_role <> '' OR is_superuser INTO is_support FROM accounts_user WHERE id = NEW.user_id FOR SHARE;
    IF is_support THEN
        RAISE EXCEPTION 'support people cannot be members of a shop'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'membership_not_support';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION accounts_support_is_no_member() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    -- An invitation that nobody accepted must not keep a person from support.
    DELETE FROM accounts_membership WHERE user_id = NEW.id AND accepted_at IS NULL;
    IF EXISTS (SELECT 1 FROM accounts_membership WHERE user_id = NEW.id) THEN
        RAISE EXCEPTION 'a member of a shop cannot be support'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'support_not_member';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION aftersales_erase_messages(shop bigint, of_order bigint, person bigint, by_kind text, by_name text, by_id bigint) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION aftersales_message_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND kernel_only_erases(to_jsonb(OLD), to_jsonb(NEW), ARRAY['text', 'author_name']) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'messages are append only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION kernel_change_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND kernel_only_erases(to_jsonb(OLD), to_jsonb(NEW), ARRAY['label', 'actor_name']) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'what was set is append only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION kernel_erase_person(person bigint, username text, until timestamp with time zone, by_kind text, by_name text, by_id bigint) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION kernel_erase_texts(shop bigint, of_machine text, ids bigint[], person bigint, by_kind text, by_name text, by_id bigint) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION kernel_erased(value jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE
    AS $$
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

CREATE FUNCTION kernel_history_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND kernel_only_erases(to_jsonb(OLD), to_jsonb(NEW), ARRAY['note', 'actor_name', 'data']) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'history is append only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION kernel_history_number() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    SELECT coalesce(max(sequence), 0) + 1 INTO NEW.sequence
    FROM kernel_history WHERE machine = NEW.machine AND object_id = NEW.object_id;
    RETURN NEW;
END $$;

CREATE FUNCTION kernel_only_erases(before jsonb, after jsonb, texts text[]) RETURNS boolean
    LANGUAGE plpgsql STABLE
    AS $$
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

CREATE FUNCTION number_key(number text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
    SELECT lower(regexp_replace(
        normalize(regexp_replace(number,
            U&'[\00AD\034F\061C\115F\1160\17B4\17B5\180B-\180E\200B-\200F\202A-\202E\2060-\206F\2800\3164\FE00-\FE0F\FEFF\FFA0\FFF9-\FFFB]',
            '', 'g'), NFKC),
        U&'[-\0009-\000D\001C-\0020\0085\00A0\1680\2000-\200A\2028\2029\202F\205F\3000\00AD\2010-\2015\2212\FE58\FE63\FF0D]+',
        '', 'g'))
$$;

CREATE FUNCTION orders_warranty_is_kinder() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.shop_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM orders_warrantyterm law WHERE law.shop_id IS NULL AND law.category = NEW.category
            AND (law.return_days > NEW.return_days OR law.exchange_days > NEW.exchange_days
                 OR law.repair_days > NEW.repair_days)
    ) THEN
        RAISE EXCEPTION 'a shop can only be kinder than the law'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'warranty_kinder';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION refunds_ledger_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION refunds_ledger_of_chargebacks() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, p.order_id, p.id, 'chargeback', n.chargeback_no, m.kind, m.debit, m.credit, n.amount,
           o.currency, n.opened_at, now()
    FROM new_rows n
    JOIN orders_payment p ON p.shop_id = n.shop_id AND p.id = n.payment_id
    JOIN orders_order o ON o.shop_id = p.shop_id AND o.id = p.order_id
    JOIN (VALUES
        ('', 'open', 'held', 'chargebacks_held', 'channel'),
        ('', 'lost', 'lost', 'chargebacks', 'channel')
    ) m (source, target, kind, debit, credit) ON m.target = n.status
    ORDER BY n.id;
    ELSE
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, p.order_id, p.id, 'chargeback', n.chargeback_no, m.kind, m.debit, m.credit, n.amount,
           o.currency, coalesce(n.ended_at, now()), now()
    FROM new_rows n
    JOIN old_rows b ON b.id = n.id AND b.status <> n.status
    JOIN orders_payment p ON p.shop_id = n.shop_id AND p.id = n.payment_id
    JOIN orders_order o ON o.shop_id = p.shop_id AND o.id = p.order_id
    JOIN (VALUES
        ('open', 'lost', 'lost', 'chargebacks', 'chargebacks_held'),
        ('open', 'won', 'won', 'channel', 'chargebacks_held'),
        ('lost', 'open', 'held', 'chargebacks_held', 'chargebacks'),
        ('lost', 'won', 'won', 'channel', 'chargebacks'),
        ('won', 'open', 'held', 'chargebacks_held', 'channel'),
        ('won', 'lost', 'lost', 'chargebacks', 'channel')
    ) m (source, target, kind, debit, credit) ON m.source = b.status AND m.target = n.status
    ORDER BY n.id;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION refunds_ledger_of_corrections() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    AS $$
BEGIN
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, n.order_id, n.id, 'payment', n.transaction_no, 'captured',
           CASE WHEN NEW.captured > OLD.captured THEN 'channel' ELSE 'sales' END,
           CASE WHEN NEW.captured > OLD.captured THEN 'sales' ELSE 'channel' END,
           abs(NEW.captured - OLD.captured), o.currency, now(), now()
    FROM (SELECT NEW.*) n JOIN orders_order o ON o.shop_id = n.shop_id AND o.id = n.order_id
    WHERE NEW.captured <> OLD.captured;
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, n.order_id, n.id, 'payment', n.transaction_no, 'refunded_before',
           CASE WHEN NEW.refunded_before > OLD.refunded_before THEN 'refunds' ELSE 'channel' END,
           CASE WHEN NEW.refunded_before > OLD.refunded_before THEN 'channel' ELSE 'refunds' END,
           abs(NEW.refunded_before - OLD.refunded_before), o.currency, now(), now()
    FROM (SELECT NEW.*) n JOIN orders_order o ON o.shop_id = n.shop_id AND o.id = n.order_id
    WHERE NEW.refunded_before <> OLD.refunded_before;
    RETURN NULL;
END $$;

CREATE FUNCTION refunds_ledger_of_payables() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, n.order_id, NULL, 'payable', n.payable_no, m.kind,
           CASE WHEN m.debit <> 'paid_from' THEN m.debit WHEN n.paid_through <> '' THEN 'channel' ELSE 'cash' END,
           CASE WHEN m.credit <> 'paid_from' THEN m.credit WHEN n.paid_through <> '' THEN 'channel' ELSE 'cash' END, n.amount, o.currency,
           coalesce(
               CASE n.status WHEN 'approved' THEN n.approved_at WHEN 'paid' THEN n.paid_at
                             WHEN 'cancelled' THEN n.cancelled_at END, now()), now()
    FROM new_rows n
    JOIN orders_order o ON o.shop_id = n.shop_id AND o.id = n.order_id
    JOIN (VALUES
        ('return_freight', '', 'approved', 'approved', 'freight_compensation', 'payables'),
        ('return_freight', '', 'paying', 'approved', 'freight_compensation', 'payables'),
        ('return_freight', '', 'paid', 'paid', 'freight_compensation', 'paid_from'),
        ('goodwill', '', 'approved', 'approved', 'goodwill', 'payables'),
        ('goodwill', '', 'paying', 'approved', 'goodwill', 'payables'),
        ('goodwill', '', 'paid', 'paid', 'goodwill', 'paid_from'),
        ('compensation', '', 'approved', 'approved', 'goodwill', 'payables'),
        ('compensation', '', 'paying', 'approved', 'goodwill', 'payables'),
        ('compensation', '', 'paid', 'paid', 'goodwill', 'paid_from'),
        ('courier_claim', '', 'approved', 'approved', 'courier_claims', 'courier_compensation'),
        ('courier_claim', '', 'paying', 'approved', 'courier_claims', 'courier_compensation'),
        ('courier_claim', '', 'paid', 'paid', 'cash', 'courier_compensation')
    ) m (of, source, target, kind, debit, credit) ON m.of = n.kind AND m.target = n.status
    ORDER BY n.id;
    ELSE
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, n.order_id, NULL, 'payable', n.payable_no, m.kind,
           CASE WHEN m.debit <> 'paid_from' THEN m.debit WHEN b.paid_through <> '' THEN 'channel' ELSE 'cash' END,
           CASE WHEN m.credit <> 'paid_from' THEN m.credit WHEN n.paid_through <> '' THEN 'channel' ELSE 'cash' END, n.amount, o.currency,
           coalesce(
               CASE n.status WHEN 'approved' THEN n.approved_at WHEN 'paid' THEN n.paid_at
                             WHEN 'cancelled' THEN n.cancelled_at END, now()), now()
    FROM new_rows n
    JOIN old_rows b ON b.id = n.id AND b.status <> n.status
    JOIN orders_order o ON o.shop_id = n.shop_id AND o.id = n.order_id
    JOIN (VALUES
        ('return_freight', 'pending', 'approved', 'approved', 'freight_compensation', 'payables'),
        ('return_freight', 'pending', 'paying', 'approved', 'freight_compensation', 'payables'),
        ('return_freight', 'pending', 'paid', 'paid', 'freight_compensation', 'paid_from'),
        ('return_freight', 'approved', 'pending', 'cancelled', 'payables', 'freight_compensation'),
        ('return_freight', 'approved', 'paid', 'paid', 'payables', 'paid_from'),
        ('return_freight', 'approved', 'cancelled', 'cancelled', 'payables', 'freight_compensation'),
        ('return_freight', 'paying', 'pending', 'cancelled', 'payables', 'freight_compensation'),
        ('return_freight', 'paying', 'paid', 'paid', 'payables', 'paid_from'),
        ('return_freight', 'paying', 'cancelled', 'cancelled', 'payables', 'freight_compensation'),
        ('return_freight', 'paid', 'pending', 'cancelled', 'paid_from', 'freight_compensation'),
        ('return_freight', 'paid', 'approved', 'approved', 'paid_from', 'payables'),
        ('return_freight', 'paid', 'paying', 'approved', 'paid_from', 'payables'),
        ('return_freight', 'paid', 'cancelled', 'cancelled', 'paid_from', 'freight_compensation'),
        ('return_freight', 'cancelled', 'approved', 'approved', 'freight_compensation', 'payables'),
        ('return_freight', 'cancelled', 'paying', 'approved', 'freight_compensation', 'payables'),
        ('return_freight', 'cancelled', 'paid', 'paid', 'freight_compensation', 'paid_from'),
        ('goodwill', 'pending', 'approved', 'approved', 'goodwill', 'payables'),
        ('goodwill', 'pending', 'paying', 'approved', 'goodwill', 'payables'),
        ('goodwill', 'pending', 'paid', 'paid', 'goodwill', 'paid_from'),
        ('goodwill', 'approved', 'pending', 'cancelled', 'payables', 'goodwill'),
        ('goodwill', 'approved', 'paid', 'paid', 'payables', 'paid_from'),
        ('goodwill', 'approved', 'cancelled', 'cancelled', 'payables', 'goodwill'),
        ('goodwill', 'paying', 'pending', 'cancelled', 'payables', 'goodwill'),
        ('goodwill', 'paying', 'paid', 'paid', 'payables', 'paid_from'),
        ('goodwill', 'paying', 'cancelled', 'cancelled', 'payables', 'goodwill'),
        ('goodwill', 'paid', 'pending', 'cancelled', 'paid_from', 'goodwill'),
        ('goodwill', 'paid', 'approved', 'approved', 'paid_from', 'payables'),
        ('goodwill', 'paid', 'paying', 'approved', 'paid_from', 'payables'),
        ('goodwill', 'paid', 'cancelled', 'cancelled', 'paid_from', 'goodwill'),
        ('goodwill', 'cancelled', 'approved', 'approved', 'goodwill', 'payables'),
        ('goodwill', 'cancelled', 'paying', 'approved', 'goodwill', 'payables'),
        ('goodwill', 'cancelled', 'paid', 'paid', 'goodwill', 'paid_from'),
        ('compensation', 'pending', 'approved', 'approved', 'goodwill', 'payables'),
        ('compensation', 'pending', 'paying', 'approved', 'goodwill', 'payables'),
        ('compensation', 'pending', 'paid', 'paid', 'goodwill', 'paid_from'),
        ('compensation', 'approved', 'pending', 'cancelled', 'payables', 'goodwill'),
        ('compensation', 'approved', 'paid', 'paid', 'payables', 'paid_from'),
        ('compensation', 'approved', 'cancelled', 'cancelled', 'payables', 'goodwill'),
        ('compensation', 'paying', 'pending', 'cancelled', 'payables', 'goodwill'),
        ('compensation', 'paying', 'paid', 'paid', 'payables', 'paid_from'),
        ('compensation', 'paying', 'cancelled', 'cancelled', 'payables', 'goodwill'),
        ('compensation', 'paid', 'pending', 'cancelled', 'paid_from', 'goodwill'),
        ('compensation', 'paid', 'approved', 'approved', 'paid_from', 'payables'),
        ('compensation', 'paid', 'paying', 'approved', 'paid_from', 'payables'),
        ('compensation', 'paid', 'cancelled', 'cancelled', 'paid_from', 'goodwill'),
        ('compensation', 'cancelled', 'approved', 'approved', 'goodwill', 'payables'),
        ('compensation', 'cancelled', 'paying', 'approved', 'goodwill', 'payables'),
        ('compensation', 'cancelled', 'paid', 'paid', 'goodwill', 'paid_from'),
        ('courier_claim', 'pending', 'approved', 'approved', 'courier_claims', 'courier_compensation'),
        ('courier_claim', 'pending', 'paying', 'approved', 'courier_claims', 'courier_compensation'),
        ('courier_claim', 'pending', 'paid', 'paid', 'cash', 'courier_compensation'),
        ('courier_claim', 'approved', 'pending', 'cancelled', 'courier_compensation', 'courier_claims'),
        ('courier_claim', 'approved', 'paid', 'paid', 'cash', 'courier_claims'),
        ('courier_claim', 'approved', 'cancelled', 'cancelled', 'courier_compensation', 'courier_claims'),
        ('courier_claim', 'paying', 'pending', 'cancelled', 'courier_compensation', 'courier_claims'),
        ('courier_claim', 'paying', 'paid', 'paid', 'cash', 'courier_claims'),
        ('courier_claim', 'paying', 'cancelled', 'cancelled', 'courier_compensation', 'courier_claims'),
        ('courier_claim', 'paid', 'pending', 'cancelled', 'courier_compensation', 'cash'),
        ('courier_claim', 'paid', 'approved', 'approved', 'courier_claims', 'cash'),
        ('courier_claim', 'paid', 'paying', 'approved', 'courier_claims', 'cash'),
        ('courier_claim', 'paid', 'cancelled', 'cancelled', 'courier_compensation', 'cash'),
        ('courier_claim', 'cancelled', 'approved', 'approved', 'courier_claims', 'courier_compensation'),
        ('courier_claim', 'cancelled', 'paying', 'approved', 'courier_claims', 'courier_compensation'),
        ('courier_claim', 'cancelled', 'paid', 'paid', 'cash', 'courier_compensation')
    ) m (of, source, target, kind, debit, credit) ON m.of = n.kind AND m.source = b.status AND m.target = n.status
    ORDER BY n.id;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION refunds_ledger_of_payments() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    AS $$
BEGIN
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, n.order_id, n.id, 'payment', n.transaction_no, 'captured', 'channel', 'sales',
           n.captured, o.currency, n.paid_at, now()
    FROM new_rows n JOIN orders_order o ON o.shop_id = n.shop_id AND o.id = n.order_id
    WHERE n.captured > 0 ORDER BY n.id;
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, n.order_id, n.id, 'payment', n.transaction_no, 'refunded_before', 'refunds', 'channel',
           n.refunded_before, o.currency, n.paid_at, now()
    FROM new_rows n JOIN orders_order o ON o.shop_id = n.shop_id AND o.id = n.order_id
    WHERE n.refunded_before > 0 ORDER BY n.id;
    RETURN NULL;
END $$;

CREATE FUNCTION refunds_ledger_of_refunds() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, p.order_id, p.id, 'refund', n.refund_no, m.kind, CASE WHEN m.debit <> 'paid_from' THEN m.debit WHEN n.confirmed_by IS NULL THEN 'channel' ELSE 'cash' END,
           CASE WHEN m.credit <> 'paid_from' THEN m.credit WHEN n.confirmed_by IS NULL THEN 'channel' ELSE 'cash' END, n.amount, o.currency, n.created_at, now()
    FROM new_rows n
    JOIN orders_payment p ON p.shop_id = n.shop_id AND p.id = n.payment_id
    JOIN orders_order o ON o.shop_id = p.shop_id AND o.id = p.order_id
    JOIN (VALUES
        ('', 'pending', 'reserved', 'refunds', 'refunds_owed'),
        ('', 'processing', 'sent', 'refunds', 'refunds_in_transit'),
        ('', 'succeeded', 'settled', 'refunds', 'paid_from')
    ) m (source, target, kind, debit, credit) ON m.target = n.status
    ORDER BY n.id;
    ELSE
    INSERT INTO refunds_ledgerentry (
        shop_id, order_id, payment_id, about, number, kind, debit, credit, amount, currency, at, booked_at
    )
    SELECT n.shop_id, p.order_id, p.id, 'refund', n.refund_no, m.kind, CASE WHEN m.debit <> 'paid_from' THEN m.debit WHEN b.confirmed_by IS NULL THEN 'channel' ELSE 'cash' END,
           CASE WHEN m.credit <> 'paid_from' THEN m.credit WHEN n.confirmed_by IS NULL THEN 'channel' ELSE 'cash' END, n.amount, o.currency, coalesce(n.moved_at, now()), now()
    FROM new_rows n
    JOIN old_rows b ON b.id = n.id AND b.status <> n.status
    JOIN orders_payment p ON p.shop_id = n.shop_id AND p.id = n.payment_id
    JOIN orders_order o ON o.shop_id = p.shop_id AND o.id = p.order_id
    JOIN (VALUES
        ('pending', 'processing', 'sent', 'refunds_owed', 'refunds_in_transit'),
        ('pending', 'succeeded', 'settled', 'refunds_owed', 'paid_from'),
        ('pending', 'failed', 'failed', 'refunds_owed', 'refunds'),
        ('pending', 'returned', 'returned', 'refunds_owed', 'refunds'),
        ('processing', 'pending', 'reserved', 'refunds_in_transit', 'refunds_owed'),
        ('processing', 'succeeded', 'settled', 'refunds_in_transit', 'paid_from'),
        ('processing', 'failed', 'failed', 'refunds_in_transit', 'refunds'),
        ('processing', 'returned', 'returned', 'refunds_in_transit', 'refunds'),
        ('succeeded', 'pending', 'reserved', 'paid_from', 'refunds_owed'),
        ('succeeded', 'processing', 'sent', 'paid_from', 'refunds_in_transit'),
        ('succeeded', 'failed', 'voided', 'paid_from', 'refunds'),
        ('succeeded', 'returned', 'returned', 'paid_from', 'refunds'),
        ('failed', 'pending', 'reserved', 'refunds', 'refunds_owed'),
        ('failed', 'processing', 'sent', 'refunds', 'refunds_in_transit'),
        ('failed', 'succeeded', 'settled', 'refunds', 'paid_from'),
        ('returned', 'pending', 'reserved', 'refunds', 'refunds_owed'),
        ('returned', 'processing', 'sent', 'refunds', 'refunds_in_transit'),
        ('returned', 'succeeded', 'settled', 'refunds', 'paid_from')
    ) m (source, target, kind, debit, credit) ON m.source = b.status AND m.target = n.status
    ORDER BY n.id;
    END IF;
    RETURN NULL;
END $$;

CREATE TABLE accounts_erasurerequest (
    id bigint NOT NULL,
    username character varying(150) NOT NULL,
    state character varying(16) NOT NULL,
    by_kind character varying(16) NOT NULL,
    by_name character varying(150) NOT NULL,
    by_id bigint,
    requested_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    carried_out_at timestamp with time zone,
    keep_until timestamp with time zone,
    user_id bigint NOT NULL,
    CONSTRAINT erasure_carried_out_at CHECK ((((carried_out_at IS NULL) AND ((state)::text = ANY ((ARRAY['requested'::character varying, 'withdrawn'::character varying])::text[]))) OR ((carried_out_at IS NOT NULL) AND ((state)::text = ANY ((ARRAY['carried_out'::character varying, 'done'::character varying])::text[]))))),
    CONSTRAINT erasure_keep_until CHECK (((keep_until IS NULL) OR ((state)::text = 'carried_out'::text))),
    CONSTRAINT erasure_state CHECK (((state)::text = ANY ((ARRAY['requested'::character varying, 'withdrawn'::character varying, 'carried_out'::character varying, 'done'::character varying])::text[]))),
    CONSTRAINT erasure_withdrawn_at CHECK (((((state)::text = 'withdrawn'::text) AND (withdrawn_at IS NOT NULL)) OR ((NOT ((state)::text = 'withdrawn'::text)) AND (withdrawn_at IS NULL))))
);

ALTER TABLE accounts_erasurerequest ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME accounts_erasurerequest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE accounts_faq (
    id bigint NOT NULL,
    question character varying(240) NOT NULL,
    answer text NOT NULL,
    "position" smallint NOT NULL,
    shop_id bigint NOT NULL,
    answer_en text DEFAULT ''::text NOT NULL,
    question_en character varying(240) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT accounts_faq_position_check CHECK (("position" >= 0))
);

ALTER TABLE accounts_faq ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME accounts_faq_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE accounts_holiday (
    id bigint NOT NULL,
    name_zh character varying(40) NOT NULL,
    name_en character varying(40) NOT NULL,
    first date NOT NULL,
    last date NOT NULL,
    shop_id bigint,
    CONSTRAINT holiday_days CHECK (((last >= first) AND (last <= (first + '30 days'::interval)))),
    CONSTRAINT holiday_in_the_calendar CHECK (((first >= '1990-01-01'::date) AND (last < '2200-01-01'::date)))
);

ALTER TABLE accounts_holiday ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME accounts_holiday_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE accounts_logintries (
    id bigint NOT NULL,
    address inet NOT NULL,
    "window" timestamp with time zone NOT NULL,
    tries integer NOT NULL,
    CONSTRAINT accounts_logintries_tries_check CHECK ((tries >= 0))
);

ALTER TABLE accounts_logintries ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME accounts_logintries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE accounts_membership (
    id bigint NOT NULL,
    role character varying(16) NOT NULL,
    review_limit numeric(12,2),
    user_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    accepted_at timestamp with time zone,
    role_since timestamp with time zone,
    level character varying(8) NOT NULL,
    daily_limit numeric(12,2),
    CONSTRAINT membership_daily_limit CHECK (((daily_limit IS NULL) OR (daily_limit >= (0)::numeric))),
    CONSTRAINT membership_level CHECK ((((level)::text = 'full'::text) OR (((level)::text = 'simple'::text) AND ((role)::text = 'agent'::text)))),
    CONSTRAINT membership_limit CHECK (((review_limit IS NULL) OR (review_limit >= (0)::numeric))),
    CONSTRAINT membership_role CHECK (((role)::text = ANY ((ARRAY['manager'::character varying, 'agent'::character varying, 'integration'::character varying])::text[]))),
    CONSTRAINT membership_role_since CHECK (((role_since IS NULL) OR ((accepted_at IS NOT NULL) AND (role_since >= accepted_at))))
);

ALTER TABLE accounts_membership ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME accounts_membership_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE accounts_policy (
    id bigint NOT NULL,
    window_days smallint NOT NULL,
    no_reason_days smallint NOT NULL,
    receipt_days smallint NOT NULL,
    extension_days smallint NOT NULL,
    review_hours smallint NOT NULL,
    supplement_hours smallint NOT NULL,
    ship_back_days smallint NOT NULL,
    receive_days smallint NOT NULL,
    receive_after_delivery_hours smallint NOT NULL,
    reship_days smallint NOT NULL,
    replacement_confirm_days smallint NOT NULL,
    rejected_days smallint NOT NULL,
    refund_alarm_days smallint NOT NULL,
    max_applications smallint NOT NULL,
    photos_required boolean NOT NULL,
    video_allowed boolean NOT NULL,
    exchange_only_in_stock boolean NOT NULL,
    exchange_lock_stock boolean NOT NULL,
    exchange_deduct_offline boolean NOT NULL,
    return_freight_standard numeric(12,2),
    created_at timestamp with time zone NOT NULL,
    shop_id bigint NOT NULL,
    tracking_hours smallint NOT NULL,
    return_goods_days smallint NOT NULL,
    not_arrived_hours smallint NOT NULL,
    ship_hours smallint NOT NULL,
    consent character varying(8) NOT NULL,
    collect_couriers character varying(200) NOT NULL,
    coupon_days smallint NOT NULL,
    free_shipping_deducted boolean NOT NULL,
    promotion_refund character varying(16) NOT NULL,
    CONSTRAINT accounts_policy_coupon_days_check CHECK ((coupon_days >= 0)),
    CONSTRAINT accounts_policy_extension_days_check CHECK ((extension_days >= 0)),
    CONSTRAINT accounts_policy_max_applications_check CHECK ((max_applications >= 0)),
    CONSTRAINT accounts_policy_no_reason_days_check CHECK ((no_reason_days >= 0)),
    CONSTRAINT accounts_policy_not_arrived_hours_check CHECK ((not_arrived_hours >= 0)),
    CONSTRAINT accounts_policy_receipt_days_check CHECK ((receipt_days >= 0)),
    CONSTRAINT accounts_policy_receive_after_delivery_hours_check CHECK ((receive_after_delivery_hours >= 0)),
    CONSTRAINT accounts_policy_receive_days_check CHECK ((receive_days >= 0)),
    CONSTRAINT accounts_policy_refund_alarm_days_check CHECK ((refund_alarm_days >= 0)),
    CONSTRAINT accounts_policy_rejected_days_check CHECK ((rejected_days >= 0)),
    CONSTRAINT accounts_policy_replacement_confirm_days_check CHECK ((replacement_confirm_days >= 0)),
    CONSTRAINT accounts_policy_reship_days_check CHECK ((reship_days >= 0)),
    CONSTRAINT accounts_policy_return_goods_days_check CHECK ((return_goods_days >= 0)),
    CONSTRAINT accounts_policy_review_hours_check CHECK ((review_hours >= 0)),
    CONSTRAINT accounts_policy_ship_back_days_check CHECK ((ship_back_days >= 0)),
    CONSTRAINT accounts_policy_ship_hours_check CHECK ((ship_hours >= 0)),
    CONSTRAINT accounts_policy_supplement_hours_check CHECK ((supplement_hours >= 0)),
    CONSTRAINT accounts_policy_tracking_hours_check CHECK ((tracking_hours >= 0)),
    CONSTRAINT accounts_policy_window_days_check CHECK ((window_days >= 0)),
    CONSTRAINT policy_consent CHECK (((consent)::text = ANY ((ARRAY['offer'::character varying, 'note'::character varying])::text[]))),
    CONSTRAINT policy_coupon_days_bounds CHECK (((coupon_days >= 7) AND (coupon_days <= 365))),
    CONSTRAINT policy_extension_days_bounds CHECK (((extension_days >= 1) AND (extension_days <= 60))),
    CONSTRAINT policy_max_applications_bounds CHECK (((max_applications >= 1) AND (max_applications <= 100))),
    CONSTRAINT policy_no_reason_days_bounds CHECK (((no_reason_days >= 7) AND (no_reason_days <= 365))),
    CONSTRAINT policy_not_arrived_hours_bounds CHECK (((not_arrived_hours >= 1) AND (not_arrived_hours <= 168))),
    CONSTRAINT policy_promotion_refund CHECK (((promotion_refund)::text = ANY ((ARRAY['apportioned'::character varying, 'recalculate'::character varying])::text[]))),
    CONSTRAINT policy_receipt_days_bounds CHECK (((receipt_days >= 7) AND (receipt_days <= 90))),
    CONSTRAINT policy_receive_after_delivery_hours_bounds CHECK (((receive_after_delivery_hours >= 1) AND (receive_after_delivery_hours <= 168))),
    CONSTRAINT policy_receive_days_bounds CHECK (((receive_days >= 1) AND (receive_days <= 15))),
    CONSTRAINT policy_refund_alarm_days_bounds CHECK (((refund_alarm_days >= 1) AND (refund_alarm_days <= 7))),
    CONSTRAINT policy_rejected_days_bounds CHECK (((rejected_days >= 7) AND (rejected_days <= 90))),
    CONSTRAINT policy_replacement_confirm_days_bounds CHECK (((replacement_confirm_days >= 7) AND (replacement_confirm_days <= 90))),
    CONSTRAINT policy_reship_days_bounds CHECK (((reship_days >= 1) AND (reship_days <= 15))),
    CONSTRAINT policy_return_goods_days_bounds CHECK (((return_goods_days >= 1) AND (return_goods_days <= 15))),
    CONSTRAINT policy_review_hours_bounds CHECK (((review_hours >= 1) AND (review_hours <= 168))),
    CONSTRAINT policy_ship_back_days_bounds CHECK (((ship_back_days >= 3) AND (ship_back_days <= 90))),
    CONSTRAINT policy_ship_hours_bounds CHECK (((ship_hours >= 1) AND (ship_hours <= 360))),
    CONSTRAINT policy_supplement_hours_bounds CHECK (((supplement_hours >= 1) AND (supplement_hours <= 720))),
    CONSTRAINT policy_tracking_hours_bounds CHECK (((tracking_hours >= 24) AND (tracking_hours <= 240))),
    CONSTRAINT policy_window_days_bounds CHECK (((window_days >= 7) AND (window_days <= 730)))
);

ALTER TABLE accounts_policy ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME accounts_policy_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE accounts_shop (
    id bigint NOT NULL,
    code character varying(40) NOT NULL,
    name character varying(120) NOT NULL,
    contact_name character varying(80) NOT NULL,
    contact_phone character varying(32) NOT NULL,
    contact_address character varying(240) NOT NULL,
    hotline character varying(32) NOT NULL,
    policy_id bigint NOT NULL,
    pause_ends_at timestamp with time zone,
    pause_starts_at timestamp with time zone,
    not_quality_zh text NOT NULL,
    not_quality_en text NOT NULL,
    refuse_parcel_zh text NOT NULL,
    refuse_parcel_en text NOT NULL,
    currency character varying(3) NOT NULL,
    pauses jsonb NOT NULL,
    order_columns jsonb NOT NULL,
    ticket_columns jsonb NOT NULL,
    payment_page_url character varying(400) NOT NULL,
    payment_page_key character varying(64) NOT NULL,
    name_en character varying(120) DEFAULT ''::character varying NOT NULL,
    second_approval_above numeric(12,2),
    second_approval_before numeric(12,2),
    second_approval_since timestamp with time zone,
    CONSTRAINT shop_currency CHECK (((currency)::text ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT shop_pause CHECK ((((pause_ends_at IS NULL) AND (pause_starts_at IS NULL)) OR (pause_ends_at > pause_starts_at))),
    CONSTRAINT shop_second_approval CHECK ((((second_approval_above IS NULL) OR (second_approval_above >= (0)::numeric)) AND ((second_approval_before IS NULL) OR (second_approval_since IS NOT NULL))))
);

ALTER TABLE accounts_shop ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME accounts_shop_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE accounts_user (
    id bigint NOT NULL,
    password character varying(128) NOT NULL,
    last_login timestamp with time zone,
    is_superuser boolean NOT NULL,
    username character varying(150) NOT NULL,
    first_name character varying(150) NOT NULL,
    last_name character varying(150) NOT NULL,
    email character varying(254) NOT NULL,
    is_staff boolean NOT NULL,
    is_active boolean NOT NULL,
    date_joined timestamp with time zone NOT NULL,
    phone character varying(32) NOT NULL,
    support_role character varying(16) NOT NULL,
    CONSTRAINT user_support_role CHECK (((support_role)::text = ANY ((ARRAY[''::character varying, 'agent'::character varying, 'supervisor'::character varying])::text[])))
);

CREATE TABLE accounts_user_groups (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    group_id integer NOT NULL
);

ALTER TABLE accounts_user_groups ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME accounts_user_groups_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE accounts_user ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME accounts_user_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE accounts_user_user_permissions (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    permission_id integer NOT NULL
);

ALTER TABLE accounts_user_user_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME accounts_user_user_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE aftersales_benefit (
    id bigint NOT NULL,
    shop_id bigint NOT NULL,
    kind character varying(24) NOT NULL,
    key character varying(160) NOT NULL,
    points integer NOT NULL,
    code character varying(64) NOT NULL,
    valid_until timestamp with time zone,
    reissued boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    acknowledged_at timestamp with time zone,
    acknowledged_by character varying(150) NOT NULL,
    order_id bigint NOT NULL,
    ticket_id bigint NOT NULL,
    late boolean DEFAULT false NOT NULL,
    CONSTRAINT aftersales_benefit_points_check CHECK ((points >= 0)),
    CONSTRAINT benefit_acknowledged CHECK ((((acknowledged_at IS NULL) AND ((acknowledged_by)::text = ''::text)) OR (acknowledged_at IS NOT NULL))),
    CONSTRAINT benefit_facts_of_its_kind CHECK (((((code)::text = ''::text) AND ((kind)::text = ANY ((ARRAY['points_back'::character varying, 'points_taken_back'::character varying])::text[])) AND (points > 0) AND (NOT reissued) AND (valid_until IS NULL)) OR (((kind)::text = 'coupon_back'::text) AND (points = 0) AND (NOT ((code)::text = ''::text))) OR (((kind)::text = 'coupon_cancelled'::text) AND (points = 0) AND (NOT reissued) AND (NOT ((code)::text = ''::text))))),
    CONSTRAINT benefit_reissued_until CHECK (((NOT reissued) OR (valid_until IS NOT NULL)))
);

ALTER TABLE aftersales_benefit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME aftersales_benefit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE aftersales_cannedresponse (
    id bigint NOT NULL,
    text character varying(500) NOT NULL,
    shop_id bigint,
    use character varying(16) NOT NULL,
    title character varying(40) NOT NULL,
    text_en character varying(500) DEFAULT ''::character varying NOT NULL,
    title_en character varying(40) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT ready_text_use CHECK (((use)::text = ANY ((ARRAY['reject'::character varying, 'reply'::character varying])::text[])))
);

CREATE TABLE aftersales_emergencyoverride (
    id bigint NOT NULL,
    shop_id bigint NOT NULL,
    version integer NOT NULL,
    amount numeric(12,2) NOT NULL,
    reason character varying(1000) NOT NULL,
    at timestamp with time zone NOT NULL,
    reviewed_at timestamp with time zone,
    objected boolean NOT NULL,
    note character varying(1000) NOT NULL,
    ruled_at timestamp with time zone,
    upheld boolean,
    ruling character varying(1000) NOT NULL,
    reviewed_by_id bigint,
    ruled_by_id bigint,
    ticket_id bigint NOT NULL,
    user_id bigint NOT NULL,
    above_daily_limit boolean NOT NULL,
    without_second boolean NOT NULL,
    CONSTRAINT aftersales_emergencyoverride_version_check CHECK ((version >= 0)),
    CONSTRAINT override_amount CHECK ((amount > (0)::numeric)),
    CONSTRAINT override_objection_decided_by_another CHECK ((((ruled_at IS NULL) AND (ruled_by_id IS NULL) AND (upheld IS NULL)) OR ((ruled_at IS NOT NULL) AND (ruled_by_id IS NOT NULL) AND (upheld IS NOT NULL) AND objected AND (NOT ((ruled_by_id = user_id) AND (ruled_by_id IS NOT NULL))) AND (NOT ((ruling)::text = ''::text))))),
    CONSTRAINT override_of_a_limit CHECK ((without_second OR above_daily_limit)),
    CONSTRAINT override_reason CHECK ((NOT ((reason)::text = ''::text))),
    CONSTRAINT override_reviewed_by_another CHECK ((((NOT objected) AND (reviewed_at IS NULL) AND (reviewed_by_id IS NULL)) OR ((reviewed_at IS NOT NULL) AND (reviewed_by_id IS NOT NULL) AND (NOT ((reviewed_by_id = user_id) AND (reviewed_by_id IS NOT NULL))) AND ((NOT objected) OR (NOT ((note)::text = ''::text))))))
);

ALTER TABLE aftersales_emergencyoverride ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME aftersales_emergencyoverride_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE aftersales_evidence (
    id uuid NOT NULL,
    kind character varying(16) NOT NULL,
    media_type character varying(32) NOT NULL,
    file character varying(100) NOT NULL,
    thumbnail character varying(100) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    uploader_id bigint NOT NULL,
    ticket_id bigint,
    message_id bigint,
    shop_id bigint,
    CONSTRAINT evidence_shop_only_used CHECK (((shop_id IS NULL) OR (NOT ((message_id IS NULL) AND (ticket_id IS NULL))))),
    CONSTRAINT evidence_used_in_shop CHECK (((shop_id IS NOT NULL) OR ((message_id IS NULL) AND (ticket_id IS NULL))))
);

CREATE TABLE aftersales_extragoods (
    id bigint NOT NULL,
    shop_id bigint NOT NULL,
    quantity integer NOT NULL,
    condition character varying(16) NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    line_id bigint,
    sku_id bigint,
    ticket_id bigint NOT NULL,
    CONSTRAINT aftersales_extragoods_quantity_check CHECK ((quantity >= 0)),
    CONSTRAINT extra_goods_condition CHECK (((condition)::text = ANY ((ARRAY['as_new'::character varying, 'resellable'::character varying, 'damaged'::character varying, 'wrong'::character varying])::text[]))),
    CONSTRAINT extra_goods_one_kind CHECK (((line_id IS NULL) OR (sku_id IS NULL))),
    CONSTRAINT extra_goods_quantity CHECK ((quantity >= 1))
);

ALTER TABLE aftersales_extragoods ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME aftersales_extragoods_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE aftersales_given (
    id bigint NOT NULL,
    shop_id bigint NOT NULL,
    amount numeric(12,2) NOT NULL,
    at timestamp with time zone NOT NULL,
    ticket_id bigint NOT NULL,
    user_id bigint NOT NULL,
    total numeric(12,2) NOT NULL,
    CONSTRAINT given_amount CHECK (((amount >= (0)::numeric) AND (total >= (0)::numeric)))
);

ALTER TABLE aftersales_given ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME aftersales_given_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE aftersales_inspection (
    id bigint NOT NULL,
    condition character varying(16) NOT NULL,
    quantity integer NOT NULL,
    ticket_line_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    CONSTRAINT aftersales_inspection_quantity_check CHECK ((quantity >= 0)),
    CONSTRAINT inspection_condition CHECK (((condition)::text = ANY ((ARRAY['as_new'::character varying, 'resellable'::character varying, 'damaged'::character varying, 'missing'::character varying, 'wrong'::character varying])::text[]))),
    CONSTRAINT inspection_quantity CHECK ((quantity >= 1))
);

ALTER TABLE aftersales_inspection ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME aftersales_inspection_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE aftersales_keyword (
    id bigint NOT NULL,
    type character varying(16) NOT NULL,
    word character varying(40) NOT NULL,
    shop_id bigint
);

ALTER TABLE aftersales_keyword ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME aftersales_keyword_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE aftersales_message (
    id bigint NOT NULL,
    author_kind character varying(16) NOT NULL,
    author_name character varying(150) NOT NULL,
    author_id bigint,
    text text NOT NULL,
    at timestamp with time zone NOT NULL,
    ticket_id bigint,
    shop_id bigint NOT NULL,
    order_id bigint NOT NULL,
    remark character varying(32) NOT NULL,
    CONSTRAINT message_author_kind CHECK (((author_kind)::text = ANY ((ARRAY['buyer'::character varying, 'merchant'::character varying, 'support'::character varying])::text[])))
);

ALTER TABLE aftersales_message ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME aftersales_message_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE aftersales_notedconsent (
    id bigint NOT NULL,
    shop_id bigint NOT NULL,
    amount numeric(12,2) NOT NULL,
    note text NOT NULL,
    noted_by character varying(150) NOT NULL,
    noted_by_id bigint,
    at timestamp with time zone NOT NULL,
    objected_at timestamp with time zone,
    claim_id bigint,
    ticket_id bigint NOT NULL,
    CONSTRAINT noted_consent_amount CHECK ((amount >= (0)::numeric)),
    CONSTRAINT noted_consent_objection_has_its_claim CHECK ((((claim_id IS NULL) AND (objected_at IS NULL)) OR ((claim_id IS NOT NULL) AND (objected_at IS NOT NULL))))
);

ALTER TABLE aftersales_notedconsent ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME aftersales_notedconsent_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE aftersales_offer (
    id bigint NOT NULL,
    shop_id bigint NOT NULL,
    type character varying(16) NOT NULL,
    amount numeric(12,2) NOT NULL,
    service_fee numeric(12,2) NOT NULL,
    note text NOT NULL,
    goods jsonb NOT NULL,
    status character varying(16) NOT NULL,
    at timestamp with time zone NOT NULL,
    answered_at timestamp with time zone,
    made_by character varying(150) NOT NULL,
    made_by_id bigint,
    made_by_role character varying(16) NOT NULL,
    answered_by_id bigint,
    ticket_id bigint NOT NULL,
    code character varying(64) NOT NULL,
    valid_until date,
    what character varying(200) NOT NULL,
    CONSTRAINT offer_in_kind_says_what CHECK (((((type)::text = ANY ((ARRAY['voucher'::character varying, 'gift'::character varying])::text[])) AND (NOT ((what)::text = ''::text)) AND (service_fee = (0)::numeric)) OR ((NOT ((type)::text = ANY ((ARRAY['voucher'::character varying, 'gift'::character varying])::text[]))) AND ((code)::text = ''::text) AND (valid_until IS NULL) AND ((what)::text = ''::text)))),
    CONSTRAINT offer_open_has_no_answer CHECK ((((answered_at IS NULL) AND ((status)::text = 'open'::text)) OR ((NOT ((status)::text = 'open'::text)) AND (answered_at IS NOT NULL)))),
    CONSTRAINT offer_pays_something CHECK (((amount > service_fee) AND (service_fee >= (0)::numeric))),
    CONSTRAINT offer_status CHECK (((status)::text = ANY ((ARRAY['open'::character varying, 'accepted'::character varying, 'declined'::character varying, 'superseded'::character varying, 'expired'::character varying])::text[]))),
    CONSTRAINT offer_type CHECK ((((type)::text = ANY ((ARRAY['refund_only'::character varying, 'return_refund'::character varying])::text[])) OR ((type)::text = ANY ((ARRAY['voucher'::character varying, 'gift'::character varying])::text[]))))
);

ALTER TABLE aftersales_offer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME aftersales_offer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE aftersales_overridealarm (
    id bigint NOT NULL,
    shop_id bigint NOT NULL,
    result character varying(16) NOT NULL,
    attempts smallint NOT NULL,
    retry_after timestamp with time zone,
    sent_at timestamp with time zone,
    override_id bigint NOT NULL,
    user_id bigint NOT NULL,
    CONSTRAINT aftersales_overridealarm_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT override_alarm_result CHECK (((((result)::text = ''::text) AND (retry_after IS NOT NULL) AND (sent_at IS NULL)) OR (((result)::text = ANY ((ARRAY['unknown'::character varying, 'refused'::character varying, 'no_address'::character varying, 'no_server'::character varying, 'dismissed'::character varying, 'reviewed'::character varying])::text[])) AND (retry_after IS NULL) AND (sent_at IS NULL)) OR (((result)::text = 'sent'::text) AND (retry_after IS NULL) AND (sent_at IS NOT NULL))))
);

ALTER TABLE aftersales_overridealarm ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME aftersales_overridealarm_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE aftersales_readmark (
    id bigint NOT NULL,
    shop_id bigint NOT NULL,
    side character varying(16) NOT NULL,
    at timestamp with time zone NOT NULL,
    message_id bigint NOT NULL,
    order_id bigint NOT NULL,
    ticket_id bigint,
    CONSTRAINT read_mark_side CHECK (((side)::text = ANY ((ARRAY['buyer'::character varying, 'merchant'::character varying, 'support'::character varying])::text[])))
);

ALTER TABLE aftersales_readmark ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME aftersales_readmark_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE aftersales_reason (
    id bigint NOT NULL,
    type character varying(16) NOT NULL,
    code character varying(40) NOT NULL,
    label_zh character varying(80) NOT NULL,
    label_en character varying(80) NOT NULL,
    fault character varying(16) NOT NULL,
    evidence_required boolean NOT NULL,
    active boolean NOT NULL,
    "position" smallint NOT NULL,
    shop_id bigint,
    parent_id bigint,
    CONSTRAINT aftersales_reason_position_check CHECK (("position" >= 0)),
    CONSTRAINT reason_fault CHECK (((fault)::text = ANY ((ARRAY['buyer'::character varying, 'merchant'::character varying, 'courier'::character varying])::text[]))),
    CONSTRAINT reason_type CHECK (((type)::text = ANY ((ARRAY['refund_only'::character varying, 'return_refund'::character varying, 'exchange'::character varying, 'repair'::character varying, 'reissue'::character varying])::text[])))
);

ALTER TABLE aftersales_reason ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME aftersales_reason_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE aftersales_cannedresponse ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME aftersales_rejecttemplate_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE aftersales_secondapproval (
    id bigint NOT NULL,
    shop_id bigint NOT NULL,
    version integer NOT NULL,
    amount numeric(12,2) NOT NULL,
    at timestamp with time zone NOT NULL,
    ticket_id bigint NOT NULL,
    user_id bigint NOT NULL,
    CONSTRAINT aftersales_secondapproval_version_check CHECK ((version >= 0)),
    CONSTRAINT second_approval_amount CHECK ((amount > (0)::numeric))
);

ALTER TABLE aftersales_secondapproval ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME aftersales_secondapproval_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE aftersales_ticket (
    id bigint NOT NULL,
    status character varying(50) NOT NULL,
    ticket_no character varying(32) NOT NULL,
    type character varying(16) NOT NULL,
    phase character varying(16) NOT NULL,
    fault character varying(16) NOT NULL,
    description text NOT NULL,
    received boolean NOT NULL,
    alerts jsonb NOT NULL,
    claimed_amount numeric(12,2),
    requested_amount numeric(12,2) NOT NULL,
    approved_amount numeric(12,2),
    service_fee numeric(12,2) NOT NULL,
    deduction numeric(12,2) NOT NULL,
    freight_amount numeric(12,2) NOT NULL,
    refunded_amount numeric(12,2) NOT NULL,
    price_difference numeric(12,2) NOT NULL,
    return_freight_payer character varying(16) NOT NULL,
    return_freight_amount numeric(12,2) NOT NULL,
    points_returned integer NOT NULL,
    coupons_returned jsonb NOT NULL,
    rejection_reason character varying(500) NOT NULL,
    rejection_ground character varying(24) NOT NULL,
    rejected_from character varying(24) NOT NULL,
    closed_from character varying(24) NOT NULL,
    return_address_copy jsonb,
    returnless boolean NOT NULL,
    advance_exchange boolean NOT NULL,
    receipt_extended boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    applied_at timestamp with time zone NOT NULL,
    approved_at timestamp with time zone,
    address_set_at timestamp with time zone,
    shipped_back_at timestamp with time zone,
    arrived_at timestamp with time zone,
    received_at timestamp with time zone,
    goods_refused_at timestamp with time zone,
    refund_started_at timestamp with time zone,
    reshipped_at timestamp with time zone,
    lost_at timestamp with time zone,
    rejected_at timestamp with time zone,
    completed_at timestamp with time zone,
    ended_at timestamp with time zone,
    due_at timestamp with time zone,
    due_action character varying(16) NOT NULL,
    overdue_since timestamp with time zone,
    retry_after timestamp with time zone,
    deadline_failures smallint NOT NULL,
    buyer_id bigint NOT NULL,
    difference_payment_id bigint,
    order_id bigint NOT NULL,
    reason_id bigint NOT NULL,
    return_address_id bigint,
    shop_id bigint NOT NULL,
    buyer_waits_since timestamp with time zone,
    clock_stops jsonb NOT NULL,
    due_left interval,
    suspended_at timestamp with time zone,
    goods_returned_at timestamp with time zone,
    reduced boolean NOT NULL,
    version integer NOT NULL,
    applied_by_id bigint,
    needs_second_person boolean NOT NULL,
    not_arrived_at timestamp with time zone,
    arrival_proven_at timestamp with time zone,
    other_product boolean NOT NULL,
    offered_at timestamp with time zone,
    assignee_id bigint,
    unshipped boolean NOT NULL,
    sub_reason_id bigint,
    noted_at timestamp with time zone,
    objected_at timestamp with time zone,
    objection boolean NOT NULL,
    return_freight_collect boolean NOT NULL,
    by_hand_at timestamp with time zone,
    settlement_objected_at timestamp with time zone,
    mark_at timestamp with time zone,
    quality_path character varying(8) DEFAULT ''::character varying NOT NULL,
    after_failed_repairs boolean DEFAULT false NOT NULL,
    discount_lost numeric(12,2) NOT NULL,
    free_shipping_lost numeric(12,2) NOT NULL,
    gift_kept numeric(12,2) NOT NULL,
    promotion_waived numeric(12,2) NOT NULL,
    gift_due_at timestamp with time zone,
    handed_over_at timestamp with time zone,
    outcome character varying(16) NOT NULL,
    outcome_cost numeric(12,2) NOT NULL,
    missing_quantity integer DEFAULT 0 NOT NULL,
    has_payables boolean DEFAULT false NOT NULL,
    override character varying(12) DEFAULT ''::character varying NOT NULL,
    override_since timestamp with time zone,
    CONSTRAINT aftersales_ticket_missing_quantity_check CHECK ((missing_quantity >= 0)),
    CONSTRAINT aftersales_ticket_points_returned_check CHECK ((points_returned >= 0)),
    CONSTRAINT aftersales_ticket_ring_failures_check CHECK ((deadline_failures >= 0)),
    CONSTRAINT aftersales_ticket_version_check CHECK ((version >= 0)),
    CONSTRAINT ticket_amounts CHECK (((deduction >= (0)::numeric) AND (freight_amount >= (0)::numeric) AND (requested_amount >= (0)::numeric) AND (service_fee >= (0)::numeric) AND (promotion_waived >= (0)::numeric) AND (refunded_amount >= (0)::numeric) AND (return_freight_amount >= (0)::numeric))),
    CONSTRAINT ticket_came_after_its_refund CHECK (((NOT (alerts @> '["delivered_after_refund"]'::jsonb)) OR (((status)::text = ANY ((ARRAY['pending_refund'::character varying, 'completed'::character varying])::text[])) AND ((type)::text = ANY ((ARRAY['refund_only'::character varying, 'return_refund'::character varying])::text[]))))),
    CONSTRAINT ticket_due_says_what CHECK (((((due_action)::text = ''::text) AND (due_at IS NULL)) OR (((due_action)::text = ANY ((ARRAY['approve'::character varying, 'close'::character varying, 'receive'::character varying, 'complete'::character varying, 'overdue'::character varying])::text[])) AND (due_at IS NOT NULL)))),
    CONSTRAINT ticket_ended_has_no_clock CHECK (((NOT ((status)::text = ANY ((ARRAY['completed'::character varying, 'cancelled'::character varying, 'closed'::character varying])::text[]))) OR (due_at IS NULL))),
    CONSTRAINT ticket_ended_owes_nothing CHECK (((NOT ((status)::text = ANY ((ARRAY['completed'::character varying, 'cancelled'::character varying, 'closed'::character varying])::text[]))) OR (mark_at IS NULL))),
    CONSTRAINT ticket_fault CHECK (((fault)::text = ANY ((ARRAY['buyer'::character varying, 'merchant'::character varying, 'courier'::character varying])::text[]))),
    CONSTRAINT ticket_fault_loses_nothing CHECK ((((fault)::text = 'buyer'::text) OR ((discount_lost <= (0)::numeric) AND (free_shipping_lost <= (0)::numeric) AND (gift_kept <= (0)::numeric)))),
    CONSTRAINT ticket_objects_to_a_settlement CHECK (((settlement_objected_at IS NULL) OR (by_hand_at IS NOT NULL))),
    CONSTRAINT ticket_offer_waits_in_its_states CHECK (((offered_at IS NULL) OR ((status)::text = ANY ((ARRAY['pending_refund'::character varying, 'pending_reship'::character varying, 'pending_return'::character varying, 'pending_review'::character varying])::text[])))),
    CONSTRAINT ticket_outcome CHECK ((((gift_due_at IS NULL) AND (handed_over_at IS NULL) AND ((outcome)::text = ''::text) AND (outcome_cost = (0)::numeric)) OR (((outcome)::text = ANY ((ARRAY['voucher'::character varying, 'gift'::character varying])::text[])) AND (outcome_cost > (0)::numeric) AND (refunded_amount = (0)::numeric) AND ((status)::text = 'completed'::text) AND ((gift_due_at IS NULL) OR (handed_over_at IS NULL))))),
    CONSTRAINT ticket_override_since CHECK (((((override)::text = ANY ((ARRAY['open'::character varying, 'objected'::character varying])::text[])) AND (override_since IS NOT NULL)) OR ((NOT ((override)::text = ANY ((ARRAY['open'::character varying, 'objected'::character varying])::text[]))) AND (override_since IS NULL)))),
    CONSTRAINT ticket_override_state CHECK (((override)::text = ANY ((ARRAY[''::character varying, 'open'::character varying, 'accepted'::character varying, 'objected'::character varying, 'upheld'::character varying, 'dismissed'::character varying])::text[]))),
    CONSTRAINT ticket_payer CHECK (((return_freight_payer)::text = ANY ((ARRAY['buyer'::character varying, 'merchant'::character varying])::text[]))),
    CONSTRAINT ticket_pays_what_was_approved CHECK (((approved_amount IS NULL) OR ((approved_amount >= (0)::numeric) AND (refunded_amount <= approved_amount)))),
    CONSTRAINT ticket_quality_path CHECK (((quality_path)::text = ANY ((ARRAY[''::character varying, 'early'::character varying, 'late'::character varying])::text[]))),
    CONSTRAINT ticket_status CHECK (((status)::text = ANY ((ARRAY['pending_review'::character varying, 'pending_supplement'::character varying, 'pending_return'::character varying, 'pending_refund'::character varying, 'pending_reship'::character varying, 'reshipped'::character varying, 'completed'::character varying, 'rejected'::character varying, 'cancelled'::character varying, 'closed'::character varying])::text[]))),
    CONSTRAINT ticket_suspended_has_no_clock CHECK ((((due_left IS NULL) AND (suspended_at IS NULL)) OR ((due_at IS NULL) AND (suspended_at IS NOT NULL)))),
    CONSTRAINT ticket_type CHECK (((type)::text = ANY ((ARRAY['refund_only'::character varying, 'return_refund'::character varying, 'exchange'::character varying, 'repair'::character varying, 'reissue'::character varying])::text[])))
);

ALTER TABLE aftersales_ticket ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME aftersales_ticket_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE aftersales_ticketline (
    id bigint NOT NULL,
    quantity integer NOT NULL,
    unshipped integer NOT NULL,
    share_amount numeric(12,2) NOT NULL,
    refund_amount numeric(12,2) NOT NULL,
    difference numeric(12,2) NOT NULL,
    received_quantity integer,
    exchange_sku_id bigint,
    line_id bigint NOT NULL,
    reservation_id bigint,
    ticket_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    exchange_price numeric(12,2),
    sent_quantity integer,
    given_back numeric(12,2) NOT NULL,
    replacement_id bigint,
    whole_amount numeric(12,2),
    CONSTRAINT aftersales_ticketline_quantity_check CHECK ((quantity >= 0)),
    CONSTRAINT aftersales_ticketline_received_quantity_check CHECK ((received_quantity >= 0)),
    CONSTRAINT aftersales_ticketline_sent_quantity_check CHECK ((sent_quantity >= 0)),
    CONSTRAINT aftersales_ticketline_unshipped_check CHECK ((unshipped >= 0)),
    CONSTRAINT ticket_line_amounts CHECK (((given_back >= (0)::numeric) AND (refund_amount >= (0)::numeric) AND (share_amount >= (0)::numeric))),
    CONSTRAINT ticket_line_received CHECK (((received_quantity IS NULL) OR (received_quantity <= quantity))),
    CONSTRAINT ticket_line_sent CHECK (((sent_quantity IS NULL) OR (sent_quantity <= quantity))),
    CONSTRAINT ticket_line_units CHECK (((quantity >= 1) AND (unshipped <= quantity)))
);

ALTER TABLE aftersales_ticketline ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME aftersales_ticketline_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE aftersales_ticketparcel (
    id bigint NOT NULL,
    shop_id bigint NOT NULL,
    ticket_id bigint NOT NULL,
    parcel_id bigint NOT NULL,
    kind character varying(16) NOT NULL,
    is_current boolean NOT NULL,
    by_buyer boolean NOT NULL,
    CONSTRAINT ticket_parcel_kind CHECK (((kind)::text = ANY ((ARRAY['return'::character varying, 'replacement'::character varying, 'send_back'::character varying])::text[])))
);

ALTER TABLE aftersales_ticketparcel ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME aftersales_ticketparcel_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE aftersales_ticketpayable (
    id bigint NOT NULL,
    shop_id bigint NOT NULL,
    payable_id bigint NOT NULL,
    ticket_id bigint NOT NULL
);

ALTER TABLE aftersales_ticketpayable ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME aftersales_ticketpayable_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE aftersales_ticketrefund (
    id bigint NOT NULL,
    kind character varying(16) NOT NULL,
    refund_id bigint NOT NULL,
    ticket_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    by_hand_at timestamp with time zone,
    objected_at timestamp with time zone,
    proof_files jsonb NOT NULL,
    ruled_at timestamp with time zone,
    CONSTRAINT ticket_refund_kind CHECK (((kind)::text = ANY ((ARRAY['ticket'::character varying, 'difference'::character varying])::text[]))),
    CONSTRAINT ticket_refund_objects_to_a_settlement CHECK (((objected_at IS NULL) OR ((by_hand_at IS NOT NULL) AND (ruled_at IS NULL))))
);

ALTER TABLE aftersales_ticketrefund ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME aftersales_ticketrefund_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE auth_group (
    id integer NOT NULL,
    name character varying(150) NOT NULL
);

ALTER TABLE auth_group ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME auth_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE auth_group_permissions (
    id bigint NOT NULL,
    group_id integer NOT NULL,
    permission_id integer NOT NULL
);

ALTER TABLE auth_group_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME auth_group_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE auth_permission (
    id integer NOT NULL,
    name character varying(255) NOT NULL,
    content_type_id integer NOT NULL,
    codename character varying(100) NOT NULL
);

ALTER TABLE auth_permission ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME auth_permission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE axes_accessattempt (
    id integer NOT NULL,
    user_agent character varying(255) NOT NULL,
    ip_address inet,
    username character varying(255),
    http_accept character varying(1025) NOT NULL,
    path_info character varying(255) NOT NULL,
    attempt_time timestamp with time zone NOT NULL,
    get_data text NOT NULL,
    post_data text NOT NULL,
    failures_since_start integer NOT NULL,
    CONSTRAINT axes_accessattempt_failures_since_start_check CHECK ((failures_since_start >= 0))
);

ALTER TABLE axes_accessattempt ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME axes_accessattempt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE axes_accessattemptexpiration (
    access_attempt_id integer NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

CREATE TABLE axes_accessfailurelog (
    id integer NOT NULL,
    user_agent character varying(255) NOT NULL,
    ip_address inet,
    username character varying(255),
    http_accept character varying(1025) NOT NULL,
    path_info character varying(255) NOT NULL,
    attempt_time timestamp with time zone NOT NULL,
    locked_out boolean NOT NULL
);

ALTER TABLE axes_accessfailurelog ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME axes_accessfailurelog_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE axes_accesslog (
    id integer NOT NULL,
    user_agent character varying(255) NOT NULL,
    ip_address inet,
    username character varying(255),
    http_accept character varying(1025) NOT NULL,
    path_info character varying(255) NOT NULL,
    attempt_time timestamp with time zone NOT NULL,
    logout_time timestamp with time zone,
    session_hash character varying(64) NOT NULL
);

ALTER TABLE axes_accesslog ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME axes_accesslog_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE desk_savedfilter (
    id bigint NOT NULL,
    page character varying(60) NOT NULL,
    name character varying(40) NOT NULL,
    query character varying(500) NOT NULL,
    user_id bigint NOT NULL
);

ALTER TABLE desk_savedfilter ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME desk_savedfilter_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE django_admin_log (
    id integer NOT NULL,
    action_time timestamp with time zone NOT NULL,
    object_id text,
    object_repr character varying(200) NOT NULL,
    action_flag smallint NOT NULL,
    change_message text NOT NULL,
    content_type_id integer,
    user_id bigint NOT NULL,
    CONSTRAINT django_admin_log_action_flag_check CHECK ((action_flag >= 0))
);

ALTER TABLE django_admin_log ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME django_admin_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE django_content_type (
    id integer NOT NULL,
    app_label character varying(100) NOT NULL,
    model character varying(100) NOT NULL
);

ALTER TABLE django_content_type ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME django_content_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE django_migrations (
    id bigint NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied timestamp with time zone NOT NULL
);

ALTER TABLE django_migrations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME django_migrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE django_session (
    session_key character varying(40) NOT NULL,
    session_data text NOT NULL,
    expire_date timestamp with time zone NOT NULL
);

CREATE TABLE kernel_change (
    id bigint NOT NULL,
    shop_id bigint NOT NULL,
    subject character varying(16) NOT NULL,
    object_id bigint NOT NULL,
    label character varying(240) NOT NULL,
    action character varying(8) NOT NULL,
    fields jsonb NOT NULL,
    actor_kind character varying(16) NOT NULL,
    actor_name character varying(150) NOT NULL,
    actor_id bigint,
    at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    CONSTRAINT change_action CHECK (((action)::text = ANY ((ARRAY['add'::character varying, 'change'::character varying, 'remove'::character varying])::text[]))),
    CONSTRAINT change_actor_kind CHECK (((actor_kind)::text = ANY ((ARRAY['buyer'::character varying, 'merchant'::character varying, 'support'::character varying, 'integration'::character varying, 'clock'::character varying, 'gateway'::character varying, 'courier'::character varying, 'rule'::character varying, 'arbiter'::character varying, 'guest'::character varying, 'agent'::character varying])::text[])))
);

ALTER TABLE kernel_change ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME kernel_change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE kernel_delivery (
    id bigint NOT NULL,
    shop_id bigint NOT NULL,
    channel character varying(32) NOT NULL,
    recipient character varying(254) NOT NULL,
    state character varying(16) NOT NULL,
    attempts smallint NOT NULL,
    retry_after timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    last_error character varying(240) NOT NULL,
    history_id bigint NOT NULL,
    CONSTRAINT delivery_sent_at CHECK ((((sent_at IS NOT NULL) AND ((state)::text = 'sent'::text)) OR ((NOT ((state)::text = 'sent'::text)) AND (sent_at IS NULL)))),
    CONSTRAINT delivery_state CHECK (((state)::text = ANY ((ARRAY['pending'::character varying, 'sent'::character varying, 'dead'::character varying])::text[]))),
    CONSTRAINT kernel_delivery_attempts_check CHECK ((attempts >= 0))
);

ALTER TABLE kernel_delivery ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME kernel_delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE kernel_heartbeat (
    name character varying(255) NOT NULL,
    kind character varying(16) NOT NULL,
    queues character varying(64)[] NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT heartbeat_kind CHECK (((kind)::text = ANY ((ARRAY['worker'::character varying, 'beat'::character varying])::text[])))
);

CREATE TABLE kernel_history (
    id bigint NOT NULL,
    machine character varying(16) NOT NULL,
    object_id bigint NOT NULL,
    action character varying(40) NOT NULL,
    source character varying(32) NOT NULL,
    target character varying(32) NOT NULL,
    actor_kind character varying(16) NOT NULL,
    actor_name character varying(150) NOT NULL,
    actor_id bigint,
    note text NOT NULL,
    data jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    dispatched_at timestamp with time zone,
    sequence integer DEFAULT 0 NOT NULL,
    shop_id bigint NOT NULL,
    CONSTRAINT history_actor_kind CHECK (((actor_kind)::text = ANY ((ARRAY['buyer'::character varying, 'merchant'::character varying, 'support'::character varying, 'integration'::character varying, 'clock'::character varying, 'gateway'::character varying, 'courier'::character varying, 'rule'::character varying, 'arbiter'::character varying, 'guest'::character varying, 'agent'::character varying])::text[]))),
    CONSTRAINT history_sequence_from_one CHECK ((sequence > 0)),
    CONSTRAINT kernel_history_sequence_check CHECK ((sequence >= 0))
);

ALTER TABLE kernel_history ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME kernel_history_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE kernel_idempotencykey (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    key character varying(255) NOT NULL,
    fingerprint character varying(64) NOT NULL,
    status_code smallint NOT NULL,
    body text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    shop_id bigint,
    acted_as character varying(16) NOT NULL,
    CONSTRAINT idempotency_key_shop CHECK (((((acted_as)::text = ''::text) AND (shop_id IS NULL)) OR (((acted_as)::text = ANY ((ARRAY['buyer'::character varying, 'merchant'::character varying, 'support'::character varying, 'integration'::character varying, 'clock'::character varying, 'gateway'::character varying, 'courier'::character varying, 'rule'::character varying, 'arbiter'::character varying, 'guest'::character varying, 'agent'::character varying])::text[])) AND (shop_id IS NOT NULL)))),
    CONSTRAINT kernel_idempotencykey_status_code_check CHECK ((status_code >= 0))
);

ALTER TABLE kernel_idempotencykey ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME kernel_idempotencykey_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE knox_authtoken (
    digest character varying(128) NOT NULL,
    created timestamp with time zone NOT NULL,
    user_id bigint NOT NULL,
    expiry timestamp with time zone,
    token_key character varying(25) NOT NULL
);

CREATE TABLE logistics_parcel (
    id bigint NOT NULL,
    status character varying(50) NOT NULL,
    kind character varying(16) NOT NULL,
    courier character varying(64) NOT NULL,
    tracking_no character varying(64) NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    delivered_at timestamp with time zone,
    order_id bigint NOT NULL,
    replaces_id bigint,
    shop_id bigint NOT NULL,
    delivery_proven boolean NOT NULL,
    counted_at timestamp with time zone,
    CONSTRAINT parcel_counted_is_returned CHECK (((counted_at IS NULL) OR ((status)::text = 'returned'::text))),
    CONSTRAINT parcel_delivered_at CHECK (((NOT ((status)::text = 'delivered'::text)) OR (delivered_at IS NOT NULL))),
    CONSTRAINT parcel_kind CHECK (((kind)::text = ANY ((ARRAY['outbound'::character varying, 'return'::character varying, 'replacement'::character varying, 'send_back'::character varying])::text[]))),
    CONSTRAINT parcel_proven_is_delivered CHECK (((NOT delivery_proven) OR (delivered_at IS NOT NULL))),
    CONSTRAINT parcel_status CHECK (((status)::text = ANY ((ARRAY['in_transit'::character varying, 'delivered'::character varying, 'lost'::character varying, 'returned'::character varying])::text[])))
);

ALTER TABLE logistics_parcel ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME logistics_parcel_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE logistics_parcelevent (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    status character varying(16) NOT NULL,
    text character varying(400) NOT NULL,
    parcel_id bigint NOT NULL,
    shop_id bigint NOT NULL
);

ALTER TABLE logistics_parcelevent ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME logistics_parcelevent_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE logistics_parcelline (
    id bigint NOT NULL,
    quantity integer NOT NULL,
    line_id bigint NOT NULL,
    parcel_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    sku_id bigint,
    as_new_quantity integer DEFAULT 0 NOT NULL,
    resellable_quantity integer DEFAULT 0 NOT NULL,
    CONSTRAINT logistics_parcelline_as_new_quantity_check CHECK ((as_new_quantity >= 0)),
    CONSTRAINT logistics_parcelline_quantity_check CHECK ((quantity >= 0)),
    CONSTRAINT logistics_parcelline_resellable_quantity_check CHECK ((resellable_quantity >= 0)),
    CONSTRAINT parcel_line_counted CHECK ((quantity >= (as_new_quantity + resellable_quantity))),
    CONSTRAINT parcel_line_quantity CHECK ((quantity >= 1))
);

ALTER TABLE logistics_parcelline ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME logistics_parcelline_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE logistics_returnaddress (
    id bigint NOT NULL,
    name character varying(120) NOT NULL,
    phone character varying(40) NOT NULL,
    address character varying(400) NOT NULL,
    is_default boolean NOT NULL,
    active boolean NOT NULL,
    shop_id bigint NOT NULL
);

ALTER TABLE logistics_returnaddress ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME logistics_returnaddress_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE orders_note (
    id bigint NOT NULL,
    text character varying(500) NOT NULL,
    flag character varying(8) NOT NULL,
    author_kind character varying(16) NOT NULL,
    author_name character varying(150) NOT NULL,
    author_id bigint,
    at timestamp with time zone NOT NULL,
    order_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    code character varying(40) NOT NULL,
    facts jsonb NOT NULL,
    CONSTRAINT note_flag CHECK (((flag)::text = ANY ((ARRAY['none'::character varying, 'red'::character varying, 'yellow'::character varying, 'green'::character varying, 'blue'::character varying, 'purple'::character varying])::text[]))),
    CONSTRAINT note_says_something CHECK ((NOT (((code)::text = ''::text) AND ((text)::text = ''::text))))
);

ALTER TABLE orders_note ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME orders_note_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE orders_order (
    id bigint NOT NULL,
    status character varying(50) NOT NULL,
    order_no character varying(64) NOT NULL,
    currency character varying(3) NOT NULL,
    fulfilment character varying(16) NOT NULL,
    fingerprint character varying(64) NOT NULL,
    freight numeric(12,2) NOT NULL,
    discount numeric(12,2) NOT NULL,
    points_deduction numeric(12,2) NOT NULL,
    points_used integer NOT NULL,
    coupons jsonb NOT NULL,
    amount numeric(12,2) NOT NULL,
    freight_open numeric(12,2) NOT NULL,
    freight_refunded numeric(12,2) NOT NULL,
    receiver_name character varying(120) NOT NULL,
    receiver_phone character varying(40) NOT NULL,
    receiver_address character varying(400) NOT NULL,
    placed_at timestamp with time zone NOT NULL,
    paid_at timestamp with time zone,
    shipped_at timestamp with time zone,
    delivered_at timestamp with time zone,
    completed_at timestamp with time zone,
    closed_at timestamp with time zone,
    close_reason character varying(240) NOT NULL,
    receipt_due_at timestamp with time zone,
    receipt_left interval,
    buyer_extended boolean NOT NULL,
    window_ends_at timestamp with time zone,
    window_closed_at timestamp with time zone,
    open_cases smallint NOT NULL,
    succeeded_cases smallint NOT NULL,
    buyer_id bigint NOT NULL,
    policy_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    buyer_waits_since timestamp with time zone,
    ship_due_at timestamp with time zone,
    erased_at timestamp with time zone,
    freight_refunded_before numeric(12,2) NOT NULL,
    has_promotions boolean NOT NULL,
    points_earned integer NOT NULL,
    promotion_kept numeric(12,2) NOT NULL,
    promotion_open numeric(12,2) NOT NULL,
    spelling smallint DEFAULT 0 NOT NULL,
    has_chargebacks boolean DEFAULT false NOT NULL,
    CONSTRAINT order_amounts CHECK (((amount >= (0)::numeric) AND (discount >= (0)::numeric) AND (freight >= (0)::numeric) AND (points_deduction >= (0)::numeric))),
    CONSTRAINT order_completed_facts CHECK (((NOT ((status)::text = 'completed'::text)) OR ((completed_at IS NOT NULL) AND (window_ends_at IS NOT NULL)))),
    CONSTRAINT order_freight_before CHECK (((freight_refunded >= freight_refunded_before) AND (freight_refunded_before >= (0)::numeric))),
    CONSTRAINT order_freight_once CHECK (((freight_open >= (0)::numeric) AND (freight_refunded >= (0)::numeric) AND (freight >= (freight_open + freight_refunded)))),
    CONSTRAINT order_fulfilment CHECK (((fulfilment)::text = ANY ((ARRAY['unallocated'::character varying, 'packed'::character varying, 'shipped'::character varying, 'delivered'::character varying])::text[]))),
    CONSTRAINT order_no_in_an_address CHECK ((((order_no)::text ~ '^[^/[:cntrl:]]*$'::text) AND (NOT ((order_no)::text = ANY ((ARRAY['.'::character varying, '..'::character varying])::text[]))))),
    CONSTRAINT order_promotion_kept CHECK ((promotion_kept >= (0)::numeric)),
    CONSTRAINT order_receipt_clock CHECK (((receipt_due_at IS NULL) OR ((status)::text = 'shipped'::text))),
    CONSTRAINT order_status CHECK (((status)::text = ANY ((ARRAY['pending_payment'::character varying, 'paid'::character varying, 'shipped'::character varying, 'completed'::character varying, 'closed'::character varying])::text[]))),
    CONSTRAINT orders_order_open_cases_check CHECK ((open_cases >= 0)),
    CONSTRAINT orders_order_points_earned_check CHECK ((points_earned >= 0)),
    CONSTRAINT orders_order_points_used_check CHECK ((points_used >= 0)),
    CONSTRAINT orders_order_spelling_check CHECK ((spelling >= 0)),
    CONSTRAINT orders_order_succeeded_cases_check CHECK ((succeeded_cases >= 0))
);

ALTER TABLE orders_order ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME orders_order_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE orders_orderline (
    id bigint NOT NULL,
    "position" integer NOT NULL,
    title character varying(240) NOT NULL,
    spec character varying(240) NOT NULL,
    category character varying(80) NOT NULL,
    image_url character varying(500) NOT NULL,
    unit_price numeric(12,2) NOT NULL,
    quantity integer NOT NULL,
    discount numeric(12,2) NOT NULL,
    discount_share numeric(12,2) NOT NULL,
    points_share numeric(12,2) NOT NULL,
    points integer NOT NULL,
    paid_amount numeric(12,2) NOT NULL,
    virtual boolean NOT NULL,
    exchange_excluded boolean NOT NULL,
    no_reason_exempt boolean NOT NULL,
    exempt_confirmed boolean NOT NULL,
    warranty_days smallint NOT NULL,
    shipped_quantity integer NOT NULL,
    reserved_quantity integer NOT NULL,
    cancelled_quantity integer NOT NULL,
    open_quantity integer NOT NULL,
    refunded_quantity integer NOT NULL,
    allocated_share numeric(12,2) NOT NULL,
    open_amount numeric(12,2) NOT NULL,
    refunded_amount numeric(12,2) NOT NULL,
    failed_applications smallint NOT NULL,
    order_id bigint NOT NULL,
    sku_id bigint NOT NULL,
    kind character varying(16) NOT NULL,
    shop_id bigint NOT NULL,
    delivered_at timestamp with time zone,
    delivery_proven boolean NOT NULL,
    replaces_id bigint,
    exchanged_quantity integer NOT NULL,
    exchanged_amount numeric(12,2) NOT NULL,
    list_paid numeric(12,2),
    window_ends_at timestamp with time zone,
    difference_payment_id bigint,
    difference_paid numeric(12,2) NOT NULL,
    difference_refunded numeric(12,2) NOT NULL,
    warranty_return_days smallint DEFAULT 0 NOT NULL,
    warranty_exchange_days smallint DEFAULT 0 NOT NULL,
    installed_at timestamp with time zone,
    repair_attempts integer DEFAULT 0 NOT NULL,
    refunded_before numeric(12,2) NOT NULL,
    gift_of_id bigint,
    spec_en character varying(240) DEFAULT ''::character varying NOT NULL,
    title_en character varying(240) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT line_amounts CHECK (((discount >= (0)::numeric) AND (discount_share >= (0)::numeric) AND (paid_amount >= (0)::numeric) AND (points_share >= (0)::numeric) AND (unit_price >= (0)::numeric))),
    CONSTRAINT line_before CHECK (((refunded_amount >= refunded_before) AND (refunded_before >= (0)::numeric))),
    CONSTRAINT line_bought_or_replacement CHECK ((((list_paid IS NULL) AND (replaces_id IS NULL) AND (window_ends_at IS NULL)) OR ((replaces_id IS NOT NULL) AND ((list_paid IS NULL) OR (list_paid >= (0)::numeric))))),
    CONSTRAINT line_difference_once CHECK (((difference_paid >= difference_refunded) AND (difference_refunded >= (0)::numeric) AND ((difference_paid = (0)::numeric) OR ((difference_payment_id IS NOT NULL) AND (replaces_id IS NOT NULL))))),
    CONSTRAINT line_gift_is_free CHECK ((((NOT ((kind)::text = 'gift'::text)) AND (gift_of_id IS NULL)) OR (((kind)::text = 'gift'::text) AND ((paid_amount = (0)::numeric) OR (replaces_id IS NOT NULL))))),
    CONSTRAINT line_installed_after_delivery CHECK (((installed_at IS NULL) OR ((delivered_at IS NOT NULL) AND (installed_at >= delivered_at)))),
    CONSTRAINT line_kind CHECK (((kind)::text = ANY ((ARRAY['goods'::character varying, 'shipping'::character varying, 'fee'::character varying, 'gift'::character varying])::text[]))),
    CONSTRAINT line_money_once CHECK (((exchanged_amount >= (0)::numeric) AND (open_amount >= (0)::numeric) AND (refunded_amount >= (0)::numeric) AND (paid_amount >= ((refunded_amount + open_amount) + exchanged_amount)))),
    CONSTRAINT line_paid_adds_up CHECK ((((paid_amount = ((((unit_price * (quantity)::numeric) - discount) - discount_share) - points_share)) AND (replaces_id IS NULL)) OR ((discount = (0)::numeric) AND (discount_share = (0)::numeric) AND (points_share = (0)::numeric) AND (replaces_id IS NOT NULL)))),
    CONSTRAINT line_proven_is_delivered CHECK (((NOT delivery_proven) OR (delivered_at IS NOT NULL))),
    CONSTRAINT line_quantity CHECK ((quantity >= 1)),
    CONSTRAINT line_share CHECK (((allocated_share >= (0)::numeric) AND (allocated_share <= paid_amount))),
    CONSTRAINT line_ship_or_refund CHECK ((quantity >= ((shipped_quantity + reserved_quantity) + cancelled_quantity))),
    CONSTRAINT line_units_once CHECK ((quantity >= ((refunded_quantity + open_quantity) + exchanged_quantity))),
    CONSTRAINT orders_orderline_cancelled_quantity_check CHECK ((cancelled_quantity >= 0)),
    CONSTRAINT orders_orderline_exchanged_quantity_check CHECK ((exchanged_quantity >= 0)),
    CONSTRAINT orders_orderline_failed_applications_check CHECK ((failed_applications >= 0)),
    CONSTRAINT orders_orderline_held_quantity_check CHECK ((reserved_quantity >= 0)),
    CONSTRAINT orders_orderline_open_quantity_check CHECK ((open_quantity >= 0)),
    CONSTRAINT orders_orderline_points_check CHECK ((points >= 0)),
    CONSTRAINT orders_orderline_position_check CHECK (("position" >= 0)),
    CONSTRAINT orders_orderline_quantity_check CHECK ((quantity >= 0)),
    CONSTRAINT orders_orderline_refunded_quantity_check CHECK ((refunded_quantity >= 0)),
    CONSTRAINT orders_orderline_repair_attempts_check CHECK ((repair_attempts >= 0)),
    CONSTRAINT orders_orderline_shipped_quantity_check CHECK ((shipped_quantity >= 0)),
    CONSTRAINT orders_orderline_warranty_days_check CHECK ((warranty_days >= 0)),
    CONSTRAINT orders_orderline_warranty_exchange_days_check CHECK ((warranty_exchange_days >= 0)),
    CONSTRAINT orders_orderline_warranty_return_days_check CHECK ((warranty_return_days >= 0))
);

ALTER TABLE orders_orderline ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME orders_orderline_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE orders_payment (
    id bigint NOT NULL,
    purpose character varying(16) NOT NULL,
    channel character varying(32) NOT NULL,
    transaction_no character varying(128) NOT NULL,
    captured numeric(12,2) NOT NULL,
    refunded numeric(12,2) NOT NULL,
    paid_at timestamp with time zone NOT NULL,
    order_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    shared_total numeric(12,2),
    refunded_before numeric(12,2) NOT NULL,
    charged_back numeric(12,2) DEFAULT 0 NOT NULL,
    disputed numeric(12,2) DEFAULT 0 NOT NULL,
    lost numeric(12,2) DEFAULT 0 NOT NULL,
    CONSTRAINT payment_before CHECK (((refunded >= refunded_before) AND (refunded_before >= (0)::numeric))),
    CONSTRAINT payment_captured CHECK ((captured >= (0)::numeric)),
    CONSTRAINT payment_never_over_refunded CHECK (((captured >= (refunded + charged_back)) AND (charged_back >= (0)::numeric) AND (refunded >= (0)::numeric))),
    CONSTRAINT payment_shared_cap CHECK (((charged_back = LEAST((disputed + lost), (captured - refunded))) AND (disputed >= (0)::numeric) AND (lost >= (0)::numeric))),
    CONSTRAINT payment_shared_total CHECK (((shared_total IS NULL) OR (captured <= shared_total)))
);

ALTER TABLE orders_payment ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME orders_payment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE orders_promotion (
    id bigint NOT NULL,
    shop_id bigint NOT NULL,
    kind character varying(16) NOT NULL,
    code character varying(64) NOT NULL,
    threshold numeric(12,2) NOT NULL,
    discount numeric(12,2) NOT NULL,
    freight numeric(12,2) NOT NULL,
    valid_until timestamp with time zone,
    order_id bigint NOT NULL,
    CONSTRAINT promotion_facts_of_its_kind CHECK ((((discount > (0)::numeric) AND (freight = (0)::numeric) AND ((kind)::text = 'threshold'::text) AND (threshold > (0)::numeric) AND (valid_until IS NULL)) OR ((discount = (0)::numeric) AND (freight > (0)::numeric) AND ((kind)::text = 'free_shipping'::text) AND (threshold > (0)::numeric) AND (valid_until IS NULL)) OR ((discount = (0)::numeric) AND (freight = (0)::numeric) AND ((kind)::text = ANY ((ARRAY['coupon_used'::character varying, 'coupon_given'::character varying])::text[])) AND (threshold = (0)::numeric))))
);

ALTER TABLE orders_promotion ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME orders_promotion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE orders_reservation (
    id bigint NOT NULL,
    holder character varying(64) NOT NULL,
    quantity integer NOT NULL,
    state character varying(16) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    sku_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    CONSTRAINT orders_reservation_quantity_check CHECK ((quantity >= 0)),
    CONSTRAINT reservation_quantity CHECK ((quantity >= 1)),
    CONSTRAINT reservation_state CHECK (((state)::text = ANY ((ARRAY['reserved'::character varying, 'consumed'::character varying, 'released'::character varying])::text[])))
);

ALTER TABLE orders_reservation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME orders_reservation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE orders_sku (
    id bigint NOT NULL,
    code character varying(64) NOT NULL,
    title character varying(240) NOT NULL,
    spec character varying(240) NOT NULL,
    category character varying(80) NOT NULL,
    price numeric(12,2) NOT NULL,
    image_url character varying(500) NOT NULL,
    virtual boolean NOT NULL,
    exchange_excluded boolean NOT NULL,
    no_reason_exempt boolean NOT NULL,
    warranty_days smallint NOT NULL,
    shop_id bigint NOT NULL,
    product character varying(240) NOT NULL,
    currency character varying(3) NOT NULL,
    spec_en character varying(240) DEFAULT ''::character varying NOT NULL,
    title_en character varying(240) DEFAULT ''::character varying NOT NULL,
    spelling smallint DEFAULT 0 NOT NULL,
    CONSTRAINT orders_sku_spelling_check CHECK ((spelling >= 0)),
    CONSTRAINT orders_sku_warranty_days_check CHECK ((warranty_days >= 0)),
    CONSTRAINT sku_code_in_an_address CHECK ((((code)::text ~ '^[^/[:cntrl:]]*$'::text) AND (NOT ((code)::text = ANY ((ARRAY['.'::character varying, '..'::character varying])::text[]))))),
    CONSTRAINT sku_price CHECK ((price >= (0)::numeric))
);

ALTER TABLE orders_sku ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME orders_sku_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE orders_stock (
    id bigint NOT NULL,
    on_hand integer NOT NULL,
    reserved integer NOT NULL,
    sku_id bigint NOT NULL,
    shop_id bigint NOT NULL,
    resellable integer NOT NULL,
    CONSTRAINT orders_stock_on_hand_check CHECK ((on_hand >= 0)),
    CONSTRAINT orders_stock_resellable_check CHECK ((resellable >= 0)),
    CONSTRAINT orders_stock_reserved_check CHECK ((reserved >= 0)),
    CONSTRAINT stock_never_oversold CHECK ((reserved <= on_hand))
);

ALTER TABLE orders_stock ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME orders_stock_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE orders_warrantyterm (
    id bigint NOT NULL,
    shop_id bigint,
    category character varying(80) NOT NULL,
    return_days smallint NOT NULL,
    exchange_days smallint NOT NULL,
    repair_days smallint NOT NULL,
    CONSTRAINT orders_warrantyterm_exchange_days_check CHECK ((exchange_days >= 0)),
    CONSTRAINT orders_warrantyterm_repair_days_check CHECK ((repair_days >= 0)),
    CONSTRAINT orders_warrantyterm_return_days_check CHECK ((return_days >= 0)),
    CONSTRAINT warranty_exchange CHECK (((exchange_days >= 15) AND (exchange_days >= return_days))),
    CONSTRAINT warranty_repair CHECK (((repair_days >= exchange_days) AND (repair_days <= 3660))),
    CONSTRAINT warranty_return CHECK ((return_days >= 7))
);

ALTER TABLE orders_warrantyterm ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME orders_warrantyterm_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE refunds_billline (
    id bigint NOT NULL,
    channel character varying(32) NOT NULL,
    number character varying(128) NOT NULL,
    line_id character varying(128) NOT NULL,
    occurrence integer NOT NULL,
    transaction_no character varying(128) NOT NULL,
    amount numeric(12,2) NOT NULL,
    currency character varying(3) NOT NULL,
    at timestamp with time zone NOT NULL,
    paid boolean NOT NULL,
    CONSTRAINT refunds_billline_occurrence_check CHECK ((occurrence >= 0))
);

ALTER TABLE refunds_billline ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME refunds_billline_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE refunds_channelnotice (
    id bigint NOT NULL,
    shop_id bigint,
    channel character varying(32) NOT NULL,
    account character varying(128) NOT NULL,
    event_id character varying(255) NOT NULL,
    kind character varying(16) NOT NULL,
    outcome character varying(16) NOT NULL,
    transaction_no character varying(128) NOT NULL,
    charge_no character varying(128) NOT NULL,
    refund_no character varying(128) NOT NULL,
    amount numeric(14,2),
    currency character varying(3) NOT NULL,
    gateway_no character varying(128) NOT NULL,
    trace_no character varying(128) NOT NULL,
    reason character varying(240) NOT NULL,
    chargeback_no character varying(128) NOT NULL,
    chargeback_status character varying(8) NOT NULL,
    at timestamp with time zone,
    received_at timestamp with time zone NOT NULL,
    state character varying(16) NOT NULL,
    flag character varying(24) NOT NULL,
    next_look_at timestamp with time zone,
    looks smallint NOT NULL,
    refund_id bigint,
    note character varying(240) DEFAULT ''::character varying NOT NULL,
    reviewed_at timestamp with time zone,
    reviewed_by bigint,
    verified_by bigint[] NOT NULL,
    CONSTRAINT notice_flagged_why CHECK (((((state)::text = 'flagged'::text) AND (NOT ((flag)::text = ''::text))) OR ((NOT ((state)::text = 'flagged'::text)) AND ((flag)::text = ''::text)))),
    CONSTRAINT notice_refund_in_shop CHECK ((((refund_id IS NOT NULL) AND (shop_id IS NOT NULL)) OR ((refund_id IS NULL) AND (shop_id IS NULL)))),
    CONSTRAINT notice_reviewed CHECK (((((note)::text = ''::text) AND (reviewed_at IS NULL) AND (reviewed_by IS NULL)) OR ((reviewed_at IS NOT NULL) AND (reviewed_by IS NOT NULL) AND ((state)::text = 'flagged'::text) AND (NOT ((note)::text = ''::text))))),
    CONSTRAINT notice_state CHECK (((state)::text = ANY ((ARRAY['parked'::character varying, 'applied'::character varying, 'ignored'::character varying, 'flagged'::character varying])::text[]))),
    CONSTRAINT notice_verified CHECK ((
CASE
    WHEN (verified_by IS NULL) THEN NULL::integer
    ELSE COALESCE(array_length(verified_by, 1), 0)
END > 0)),
    CONSTRAINT notice_waits_until CHECK ((((next_look_at IS NOT NULL) AND ((state)::text = 'parked'::text)) OR ((NOT ((state)::text = 'parked'::text)) AND (next_look_at IS NULL)))),
    CONSTRAINT refunds_channelnotice_looks_check CHECK ((looks >= 0))
);

ALTER TABLE refunds_channelnotice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME refunds_channelnotice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE refunds_chargeback (
    id bigint NOT NULL,
    status character varying(50) NOT NULL,
    shop_id bigint NOT NULL,
    channel character varying(32) NOT NULL,
    chargeback_no character varying(128) NOT NULL,
    amount numeric(12,2) NOT NULL,
    excess numeric(12,2) NOT NULL,
    reason character varying(240) NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    payment_id bigint NOT NULL,
    reported_at timestamp with time zone,
    CONSTRAINT chargeback_amount CHECK (((amount > (0)::numeric) AND (NOT ((chargeback_no)::text = ''::text)))),
    CONSTRAINT chargeback_ended CHECK ((((ended_at IS NULL) AND ((status)::text = 'open'::text)) OR ((NOT ((status)::text = 'open'::text)) AND (ended_at >= opened_at)))),
    CONSTRAINT chargeback_excess CHECK (((excess = (0)::numeric) OR ((excess > (0)::numeric) AND (excess <= amount) AND (NOT ((status)::text = 'won'::text))))),
    CONSTRAINT chargeback_status CHECK (((status)::text = ANY ((ARRAY['open'::character varying, 'won'::character varying, 'lost'::character varying])::text[])))
);

ALTER TABLE refunds_chargeback ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME refunds_chargeback_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE refunds_difference (
    id bigint NOT NULL,
    shop_id bigint,
    channel character varying(32) NOT NULL,
    kind character varying(20) NOT NULL,
    number character varying(128) NOT NULL,
    source character varying(8) NOT NULL,
    transaction_no character varying(128) NOT NULL,
    here numeric(12,2),
    there numeric(12,2),
    currency character varying(3) NOT NULL,
    first_seen timestamp with time zone NOT NULL,
    last_seen timestamp with time zone NOT NULL,
    resolved_at timestamp with time zone,
    resolved_by bigint,
    note character varying(240) NOT NULL,
    CONSTRAINT difference_closed_with_a_note CHECK (((resolved_by IS NULL) OR ((resolved_at IS NOT NULL) AND (NOT ((note)::text = ''::text))))),
    CONSTRAINT difference_kind CHECK (((kind)::text = ANY ((ARRAY['missing_there'::character varying, 'missing_here'::character varying, 'amount'::character varying, 'twice'::character varying, 'paid_there'::character varying, 'returned_there'::character varying, 'stuck'::character varying])::text[]))),
    CONSTRAINT difference_of_a_shop CHECK (((shop_id IS NOT NULL) OR ((kind)::text = 'missing_here'::text))),
    CONSTRAINT difference_source CHECK (((source)::text = ANY ((ARRAY['bill'::character varying, 'query'::character varying])::text[])))
);

ALTER TABLE refunds_difference ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME refunds_difference_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE refunds_ledgerentry (
    id bigint NOT NULL,
    shop_id bigint NOT NULL,
    about character varying(12) NOT NULL,
    number character varying(128) NOT NULL,
    kind character varying(20) NOT NULL,
    debit character varying(24) NOT NULL,
    credit character varying(24) NOT NULL,
    amount numeric(12,2) NOT NULL,
    currency character varying(3) NOT NULL,
    at timestamp with time zone NOT NULL,
    booked_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    order_id bigint NOT NULL,
    payment_id bigint,
    CONSTRAINT ledger_about CHECK (((about)::text = ANY ((ARRAY['payment'::character varying, 'refund'::character varying, 'chargeback'::character varying, 'payable'::character varying])::text[]))),
    CONSTRAINT ledger_accounts CHECK ((((credit)::text = ANY ((ARRAY['channel'::character varying, 'cash'::character varying, 'sales'::character varying, 'refunds'::character varying, 'refunds_owed'::character varying, 'refunds_in_transit'::character varying, 'chargebacks_held'::character varying, 'chargebacks'::character varying, 'payables'::character varying, 'freight_compensation'::character varying, 'goodwill'::character varying, 'courier_claims'::character varying, 'courier_compensation'::character varying, 'fees'::character varying, 'suspense'::character varying])::text[])) AND ((debit)::text = ANY ((ARRAY['channel'::character varying, 'cash'::character varying, 'sales'::character varying, 'refunds'::character varying, 'refunds_owed'::character varying, 'refunds_in_transit'::character varying, 'chargebacks_held'::character varying, 'chargebacks'::character varying, 'payables'::character varying, 'freight_compensation'::character varying, 'goodwill'::character varying, 'courier_claims'::character varying, 'courier_compensation'::character varying, 'fees'::character varying, 'suspense'::character varying])::text[])))),
    CONSTRAINT ledger_amount CHECK ((amount > (0)::numeric)),
    CONSTRAINT ledger_two_accounts CHECK ((NOT ((debit)::text = (credit)::text)))
);

ALTER TABLE refunds_ledgerentry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME refunds_ledgerentry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE refunds_merchantaccount (
    id bigint NOT NULL,
    channel character varying(32) NOT NULL,
    account character varying(128) NOT NULL,
    active boolean NOT NULL,
    shop_id bigint NOT NULL,
    secrets text DEFAULT ''::text NOT NULL,
    secrets_set jsonb DEFAULT '{}'::jsonb NOT NULL,
    url character varying(200) DEFAULT ''::character varying NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    periods tstzrange[] DEFAULT '{}'::tstzrange[] NOT NULL,
    transfers boolean DEFAULT false NOT NULL,
    transfer_scene_id character varying(36) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT merchant_account_named CHECK (((NOT ((channel)::text = ''::text)) AND (NOT ((account)::text = ''::text)))),
    CONSTRAINT merchant_account_transfer_scene CHECK ((NOT (((channel)::text = 'wechatpay'::text) AND ((transfer_scene_id)::text = ''::text) AND transfers))),
    CONSTRAINT refunds_merchantaccount_version_check CHECK ((version >= 0))
);

ALTER TABLE refunds_merchantaccount ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME refunds_merchantaccount_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE refunds_payable (
    id bigint NOT NULL,
    status character varying(50) NOT NULL,
    shop_id bigint NOT NULL,
    payable_no character varying(64) NOT NULL,
    kind character varying(16) NOT NULL,
    payee character varying(16) NOT NULL,
    amount numeric(12,2) NOT NULL,
    ground character varying(240) NOT NULL,
    key character varying(80) NOT NULL,
    proof character varying(240) NOT NULL,
    approved_by bigint,
    paid_by bigint,
    created_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    approved_at timestamp with time zone,
    paid_at timestamp with time zone,
    cancelled_at timestamp with time zone,
    order_id bigint NOT NULL,
    paid_through character varying(32) DEFAULT ''::character varying NOT NULL,
    paying_by bigint,
    transfer_no character varying(32) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT payable_amount CHECK (((amount > (0)::numeric) AND ((kind)::text = ANY ((ARRAY['return_freight'::character varying, 'goodwill'::character varying, 'compensation'::character varying, 'courier_claim'::character varying])::text[])) AND (NOT ((key)::text = ''::text)))),
    CONSTRAINT payable_approved CHECK ((((approved_at IS NULL) AND (approved_by IS NULL)) OR ((approved_at IS NOT NULL) AND (approved_by IS NOT NULL)))),
    CONSTRAINT payable_paid_by_another CHECK ((((NOT ((status)::text = 'paid'::text)) AND (paid_at IS NULL) AND (paid_by IS NULL)) OR ((approved_by IS NOT NULL) AND (paid_at IS NOT NULL) AND (paid_by IS NOT NULL) AND ((status)::text = 'paid'::text) AND (NOT ((paid_by = approved_by) AND (paid_by IS NOT NULL) AND (approved_by IS NOT NULL))) AND (NOT ((proof)::text = ''::text))))),
    CONSTRAINT payable_paid_through CHECK ((((paid_through)::text = ''::text) OR (((payee)::text = 'buyer'::text) AND ((status)::text = 'paid'::text) AND (NOT ((transfer_no)::text = ''::text))))),
    CONSTRAINT payable_payee CHECK (((((kind)::text = 'courier_claim'::text) AND ((payee)::text = 'shop'::text)) OR ((NOT ((kind)::text = 'courier_claim'::text)) AND ((payee)::text = 'buyer'::text)))),
    CONSTRAINT payable_status CHECK (((status)::text = ANY ((ARRAY['pending'::character varying, 'approved'::character varying, 'paying'::character varying, 'paid'::character varying, 'cancelled'::character varying])::text[]))),
    CONSTRAINT payable_transferred_by_another CHECK ((((NOT ((status)::text = 'paying'::text)) AND (paying_by IS NULL)) OR ((approved_by IS NOT NULL) AND ((payee)::text = 'buyer'::text) AND (paying_by IS NOT NULL) AND ((status)::text = 'paying'::text) AND (NOT ((paying_by = approved_by) AND (paying_by IS NOT NULL) AND (approved_by IS NOT NULL))) AND (NOT ((transfer_no)::text = ''::text)))))
);

ALTER TABLE refunds_payable ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME refunds_payable_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE refunds_redirection (
    id bigint NOT NULL,
    shop_id bigint NOT NULL,
    target character varying(8) NOT NULL,
    bank character varying(32) NOT NULL,
    account character varying(4) NOT NULL,
    sealed text NOT NULL,
    note character varying(240) NOT NULL,
    state character varying(12) NOT NULL,
    error character varying(240) NOT NULL,
    proposed_by bigint NOT NULL,
    proposed_at timestamp with time zone NOT NULL,
    confirmed_by bigint,
    confirmed_at timestamp with time zone,
    refund_id bigint NOT NULL,
    CONSTRAINT redirection_card_forgotten CHECK ((((state)::text = ANY ((ARRAY['proposed'::character varying, 'confirmed'::character varying])::text[])) OR (sealed = ''::text))),
    CONSTRAINT redirection_confirmed_by_another CHECK ((((confirmed_at IS NULL) AND (confirmed_by IS NULL) AND ((state)::text = ANY ((ARRAY['proposed'::character varying, 'withdrawn'::character varying])::text[]))) OR ((confirmed_at IS NOT NULL) AND (confirmed_by IS NOT NULL) AND (NOT ((confirmed_by = proposed_by) AND (confirmed_by IS NOT NULL))) AND (NOT ((state)::text = 'proposed'::text))))),
    CONSTRAINT redirection_state CHECK ((((state)::text = ANY ((ARRAY['proposed'::character varying, 'confirmed'::character varying, 'sent'::character varying, 'refused'::character varying, 'withdrawn'::character varying])::text[])) AND (NOT ((note)::text = ''::text)))),
    CONSTRAINT redirection_target CHECK (((((target)::text = 'card'::text) AND (NOT ((bank)::text = ''::text)) AND (NOT ((account)::text = ''::text))) OR (((account)::text = ''::text) AND ((bank)::text = ''::text) AND (sealed = ''::text) AND ((target)::text = 'merchant'::text))))
);

ALTER TABLE refunds_redirection ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME refunds_redirection_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE refunds_refund (
    id bigint NOT NULL,
    status character varying(50) NOT NULL,
    refund_no character varying(64) NOT NULL,
    amount numeric(12,2) NOT NULL,
    failure_reason character varying(240) NOT NULL,
    gateway_no character varying(128) NOT NULL,
    attempts smallint NOT NULL,
    next_attempt_at timestamp with time zone,
    claimed_until timestamp with time zone,
    last_error character varying(240) NOT NULL,
    proof character varying(240) NOT NULL,
    proposed_by bigint,
    created_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone,
    payment_id bigint NOT NULL,
    retry_of_id bigint,
    shop_id bigint NOT NULL,
    confirmed_by bigint,
    expected_at timestamp with time zone,
    received_account character varying(128) DEFAULT ''::character varying NOT NULL,
    trace_no character varying(128) DEFAULT ''::character varying NOT NULL,
    moved_at timestamp with time zone,
    returned_at timestamp with time zone,
    charged_back numeric(12,2) DEFAULT 0 NOT NULL,
    on_hold boolean DEFAULT false NOT NULL,
    merchant_account_id bigint,
    sent_at timestamp with time zone,
    call_off_confirmed_by bigint,
    call_off_note character varying(240) DEFAULT ''::character varying NOT NULL,
    call_off_proposed_by bigint,
    called_off_at timestamp with time zone,
    look_again_at timestamp with time zone,
    refusals smallint DEFAULT 0 NOT NULL,
    redirected_at timestamp with time zone,
    redirected_to character varying(40) DEFAULT ''::character varying NOT NULL,
    redirection_proposed_by bigint,
    CONSTRAINT refund_amount CHECK ((amount > (0)::numeric)),
    CONSTRAINT refund_called_off_by_two CHECK ((((call_off_confirmed_by IS NULL) AND (called_off_at IS NULL)) OR ((call_off_confirmed_by IS NOT NULL) AND (call_off_proposed_by IS NOT NULL) AND (called_off_at IS NOT NULL) AND (NOT ((call_off_confirmed_by = call_off_proposed_by) AND (call_off_confirmed_by IS NOT NULL) AND (call_off_proposed_by IS NOT NULL)))))),
    CONSTRAINT refund_charged_back CHECK (((charged_back = (0)::numeric) OR ((charged_back > (0)::numeric) AND (charged_back <= amount) AND ((status)::text = ANY ((ARRAY['failed'::character varying, 'returned'::character varying])::text[]))))),
    CONSTRAINT refund_confirmed_by_another CHECK (((confirmed_by IS NULL) OR ((proposed_by IS NOT NULL) AND ((status)::text = 'succeeded'::text) AND (NOT ((confirmed_by = proposed_by) AND (confirmed_by IS NOT NULL) AND (proposed_by IS NOT NULL)))))),
    CONSTRAINT refund_ended_never_sent CHECK ((((status)::text = ANY ((ARRAY['pending'::character varying, 'processing'::character varying])::text[])) OR (next_attempt_at IS NULL))),
    CONSTRAINT refund_looked_at_returned CHECK (((look_again_at IS NULL) OR ((status)::text = 'returned'::text))),
    CONSTRAINT refund_on_hold CHECK (((NOT on_hold) OR ((status)::text = ANY ((ARRAY['pending'::character varying, 'processing'::character varying])::text[])))),
    CONSTRAINT refund_redirection_of_returned CHECK (((redirection_proposed_by IS NULL) OR ((status)::text = 'returned'::text))),
    CONSTRAINT refund_returned_at CHECK (((NOT ((status)::text = 'returned'::text)) OR (returned_at IS NOT NULL))),
    CONSTRAINT refund_settled_at CHECK (((NOT ((status)::text = 'succeeded'::text)) OR (settled_at IS NOT NULL))),
    CONSTRAINT refund_status CHECK (((status)::text = ANY ((ARRAY['pending'::character varying, 'processing'::character varying, 'succeeded'::character varying, 'failed'::character varying, 'returned'::character varying])::text[]))),
    CONSTRAINT refunds_refund_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT refunds_refund_refusals_check CHECK ((refusals >= 0))
);

ALTER TABLE refunds_refund ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME refunds_refund_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE refunds_sandboxrefund (
    id bigint NOT NULL,
    refund_no character varying(64) NOT NULL,
    transaction_no character varying(128) NOT NULL,
    amount numeric(12,2) NOT NULL,
    requests smallint NOT NULL,
    queries smallint NOT NULL,
    carried_out_at timestamp with time zone,
    returned_at timestamp with time zone,
    CONSTRAINT refunds_sandboxrefund_queries_check CHECK ((queries >= 0)),
    CONSTRAINT refunds_sandboxrefund_requests_check CHECK ((requests >= 0)),
    CONSTRAINT sandbox_amount CHECK ((amount > (amount * (0)::numeric)))
);

ALTER TABLE refunds_sandboxrefund ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME refunds_sandboxrefund_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE refunds_transfer (
    id bigint NOT NULL,
    shop_id bigint NOT NULL,
    transfer_no character varying(32) NOT NULL,
    trace_no character varying(128) NOT NULL,
    received_account character varying(128) NOT NULL,
    attempts smallint NOT NULL,
    next_attempt_at timestamp with time zone,
    claimed_until timestamp with time zone,
    last_error character varying(240) NOT NULL,
    failure_reason character varying(240) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    last_sent_at timestamp with time zone,
    confirm_by timestamp with time zone,
    confirmation character varying(2048) NOT NULL,
    called_off_at timestamp with time zone,
    succeeded_at timestamp with time zone,
    failed_at timestamp with time zone,
    merchant_account_id bigint,
    payable_id bigint NOT NULL,
    payment_id bigint NOT NULL,
    refusal character varying(240) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT refunds_transfer_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT transfer_ends_once CHECK ((((failed_at IS NULL) AND (next_attempt_at IS NOT NULL) AND (succeeded_at IS NULL)) OR ((failed_at IS NOT NULL) AND (next_attempt_at IS NULL) AND (succeeded_at IS NULL)) OR ((failed_at IS NULL) AND (next_attempt_at IS NULL) AND (succeeded_at IS NOT NULL)))),
    CONSTRAINT transfer_proven CHECK (((succeeded_at IS NULL) OR ((sent_at IS NOT NULL) AND (NOT ((trace_no)::text = ''::text))))),
    CONSTRAINT transfer_refused CHECK ((((refusal)::text = ''::text) OR (sent_at IS NOT NULL))),
    CONSTRAINT transfer_sent CHECK ((((last_sent_at IS NULL) AND (sent_at IS NULL)) OR ((last_sent_at IS NOT NULL) AND (sent_at IS NOT NULL))))
);

ALTER TABLE refunds_transfer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME refunds_transfer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

INSERT INTO accounts_holiday (id, name_zh, name_en, first, last, shop_id) VALUES (1, '元旦', 'New Year', '2026-01-01', '2026-01-03', NULL);
INSERT INTO accounts_holiday (id, name_zh, name_en, first, last, shop_id) VALUES (2, '春节', 'Spring Festival', '2026-02-15', '2026-02-23', NULL);
INSERT INTO accounts_holiday (id, name_zh, name_en, first, last, shop_id) VALUES (3, '清明节', 'Qingming', '2026-04-04', '2026-04-06', NULL);
INSERT INTO accounts_holiday (id, name_zh, name_en, first, last, shop_id) VALUES (4, '劳动节', 'Labour Day', '2026-05-01', '2026-05-05', NULL);
INSERT INTO accounts_holiday (id, name_zh, name_en, first, last, shop_id) VALUES (5, '端午节', 'Dragon Boat Festival', '2026-06-19', '2026-06-21', NULL);
INSERT INTO accounts_holiday (id, name_zh, name_en, first, last, shop_id) VALUES (6, '中秋节', 'Mid-Autumn Festival', '2026-09-25', '2026-09-27', NULL);
INSERT INTO accounts_holiday (id, name_zh, name_en, first, last, shop_id) VALUES (7, '国庆节', 'National Day', '2026-10-01', '2026-10-07', NULL);

INSERT INTO aftersales_keyword (id, type, word, shop_id) VALUES (1, 'return_refund', '退货', NULL);
INSERT INTO aftersales_keyword (id, type, word, shop_id) VALUES (2, 'return_refund', '退款', NULL);
INSERT INTO aftersales_keyword (id, type, word, shop_id) VALUES (3, 'return_refund', 'refund', NULL);
INSERT INTO aftersales_keyword (id, type, word, shop_id) VALUES (4, 'exchange', '换货', NULL);
INSERT INTO aftersales_keyword (id, type, word, shop_id) VALUES (5, 'exchange', '换一', NULL);
INSERT INTO aftersales_keyword (id, type, word, shop_id) VALUES (6, 'exchange', 'exchange', NULL);
INSERT INTO aftersales_keyword (id, type, word, shop_id) VALUES (7, 'exchange', 'swap', NULL);
INSERT INTO aftersales_keyword (id, type, word, shop_id) VALUES (8, 'repair', '维修', NULL);
INSERT INTO aftersales_keyword (id, type, word, shop_id) VALUES (9, 'repair', '修理', NULL);
INSERT INTO aftersales_keyword (id, type, word, shop_id) VALUES (10, 'repair', 'repair', NULL);

INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (1, 'refund_only', 'dont_want', '不想要了', 'I don''t want it any more', 'buyer', false, true, 0, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (2, 'refund_only', 'wrong_choice', '型号/参数选错', 'I chose the wrong model', 'buyer', false, true, 1, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (3, 'refund_only', 'out_of_stock', '商家缺货', 'Out of stock', 'merchant', false, true, 2, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (4, 'refund_only', 'late', '未按约定时间发货', 'Not shipped in time', 'merchant', false, true, 3, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (5, 'refund_only', 'compensation', '协商补偿', 'Agreed compensation', 'merchant', false, true, 4, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (6, 'refund_only', 'not_received', '未收到货', 'Not received', 'courier', false, true, 5, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (7, 'return_refund', 'no_reason', '七天无理由退货', 'No reason (7 days)', 'buyer', false, true, 0, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (8, 'return_refund', 'wrong_choice', '型号/参数选错', 'I chose the wrong model', 'buyer', false, true, 1, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (9, 'return_refund', 'quality', '质量问题', 'Quality problem', 'merchant', true, true, 2, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (10, 'return_refund', 'not_as_described', '参数与描述不符', 'Not as described', 'merchant', true, true, 3, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (11, 'return_refund', 'wrong_item', '商家发错货', 'Wrong item sent', 'merchant', true, true, 4, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (12, 'return_refund', 'damaged', '运输破损', 'Damaged in transit', 'courier', true, true, 5, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (13, 'return_refund', 'other', '其他原因', 'Other', 'buyer', true, true, 6, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (14, 'exchange', 'wrong_choice', '型号/参数选错', 'I chose the wrong model', 'buyer', true, true, 0, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (15, 'exchange', 'other', '其他原因', 'Other', 'buyer', true, true, 1, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (16, 'exchange', 'quality', '质量问题', 'Quality problem', 'merchant', true, true, 2, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (17, 'exchange', 'not_as_described', '参数与描述不符', 'Not as described', 'merchant', true, true, 3, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (18, 'exchange', 'wrong_item', '商家发错货', 'Wrong item sent', 'merchant', true, true, 4, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (19, 'exchange', 'damaged', '运输破损', 'Damaged in transit', 'courier', true, true, 5, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (20, 'repair', 'fault', '产品故障', 'The product is faulty', 'merchant', true, true, 0, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (21, 'repair', 'misuse', '人为损坏', 'Damaged in use', 'buyer', true, true, 1, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (22, 'reissue', 'missing', '少件/漏发', 'Something is missing', 'merchant', true, true, 0, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (23, 'reissue', 'wrong_item', '商家发错货', 'Wrong item sent', 'merchant', true, true, 1, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (24, 'reissue', 'lost', '快递丢件', 'Lost in transit', 'courier', false, true, 2, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (25, 'reissue', 'damaged', '运输破损', 'Damaged in transit', 'courier', true, true, 3, NULL, NULL);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (26, 'exchange', 'defect', '做工瑕疵', 'Defect', 'merchant', true, true, 0, NULL, 17);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (27, 'exchange', 'colour', '颜色/款式/尺寸不符', 'Colour, style or size', 'merchant', true, true, 1, NULL, 17);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (28, 'exchange', 'shelf_life', '保质期不符', 'Shelf life', 'merchant', true, true, 2, NULL, 17);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (29, 'exchange', 'counterfeit', '假货/过期', 'Counterfeit or expired', 'merchant', true, true, 3, NULL, 17);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (30, 'exchange', 'quantity', '数量不符', 'Quantity', 'merchant', true, true, 4, NULL, 17);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (31, 'exchange', 'accessories', '赠品/配件不符', 'Accompanying items', 'merchant', true, true, 5, NULL, 17);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (32, 'exchange', 'invoice', '发票问题', 'Invoice', 'merchant', true, true, 6, NULL, 17);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (33, 'exchange', 'postage', '邮费不符', 'Postage', 'merchant', true, true, 7, NULL, 17);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (34, 'exchange', 'shipment', '发货问题', 'Shipment', 'merchant', true, true, 8, NULL, 17);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (35, 'return_refund', 'defect', '做工瑕疵', 'Defect', 'merchant', true, true, 0, NULL, 10);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (36, 'return_refund', 'colour', '颜色/款式/尺寸不符', 'Colour, style or size', 'merchant', true, true, 1, NULL, 10);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (37, 'return_refund', 'shelf_life', '保质期不符', 'Shelf life', 'merchant', true, true, 2, NULL, 10);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (38, 'return_refund', 'counterfeit', '假货/过期', 'Counterfeit or expired', 'merchant', true, true, 3, NULL, 10);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (39, 'return_refund', 'quantity', '数量不符', 'Quantity', 'merchant', true, true, 4, NULL, 10);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (40, 'return_refund', 'accessories', '赠品/配件不符', 'Accompanying items', 'merchant', true, true, 5, NULL, 10);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (41, 'return_refund', 'invoice', '发票问题', 'Invoice', 'merchant', true, true, 6, NULL, 10);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (42, 'return_refund', 'postage', '邮费不符', 'Postage', 'merchant', true, true, 7, NULL, 10);
INSERT INTO aftersales_reason (id, type, code, label_zh, label_en, fault, evidence_required, active, "position", shop_id, parent_id) VALUES (43, 'return_refund', 'shipment', '发货问题', 'Shipment', 'merchant', true, true, 8, NULL, 10);

INSERT INTO django_migrations (id, app, name, applied) VALUES (1, 'contenttypes', '0001_initial', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (2, 'contenttypes', '0002_remove_content_type_name', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (3, 'auth', '0001_initial', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (4, 'auth', '0002_alter_permission_name_max_length', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (5, 'auth', '0003_alter_user_email_max_length', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (6, 'auth', '0004_alter_user_username_opts', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (7, 'auth', '0005_alter_user_last_login_null', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (8, 'auth', '0006_require_contenttypes_0002', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (9, 'auth', '0007_alter_validators_add_error_messages', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (10, 'auth', '0008_alter_user_username_max_length', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (11, 'auth', '0009_alter_user_last_name_max_length', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (12, 'auth', '0010_alter_group_name_max_length', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (13, 'auth', '0011_update_proxy_permissions', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (14, 'auth', '0012_alter_user_first_name_max_length', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (15, 'accounts', '0001_people_and_shops', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (16, 'orders', '0001_orders', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (17, 'refunds', '0001_refunds', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (18, 'accounts', '0002_holiday_pause', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (19, 'orders', '0002_fewer_indexes', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (20, 'orders', '0003_to_ship_and_by_number', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (21, 'refunds', '0002_when_refunds_settled', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (22, 'refunds', '0003_merchant_account', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (23, 'orders', '0004_line_kind', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (24, 'kernel', '0001_history', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (25, 'kernel', '0002_history_append_only', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (26, 'kernel', '0003_history_of_person', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (27, 'kernel', '0004_history_newest', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (28, 'kernel', '0005_action_and_dispatched_at', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (29, 'kernel', '0006_history_sequence', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (30, 'kernel', '0007_actor_kinds', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (31, 'kernel', '0008_shop_of_history', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (32, 'accounts', '0003_shop_of_policies', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (33, 'orders', '0005_shop_of_every_row', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (34, 'refunds', '0004_shop_of_every_row', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (35, 'logistics', '0001_parcels', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (36, 'logistics', '0002_shop_of_every_row', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (37, 'aftersales', '0001_tickets', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (38, 'aftersales', '0002_reasons_and_keywords', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (39, 'aftersales', '0003_when_tickets_ended', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (40, 'aftersales', '0004_messages', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (41, 'aftersales', '0005_open_tickets_in_order', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (42, 'aftersales', '0006_ready_texts', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (43, 'aftersales', '0007_who_waits_for_an_answer', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (44, 'aftersales', '0008_all_tickets_in_order', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (45, 'aftersales', '0009_retry_after_and_canned_responses', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (46, 'aftersales', '0010_shop_of_every_row', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (47, 'kernel', '0009_history_has_its_shop', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (48, 'kernel', '0010_delivery', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (49, 'kernel', '0011_shop_of_idempotency_keys', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (50, 'kernel', '0012_changes_of_settings', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (51, 'knox', '0001_initial', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (52, 'knox', '0002_auto_20150916_1425', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (53, 'knox', '0003_auto_20150916_1526', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (54, 'knox', '0004_authtoken_expires', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (55, 'knox', '0005_authtoken_token_key', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (56, 'knox', '0006_auto_20160818_0932', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (57, 'knox', '0007_auto_20190111_0542', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (58, 'knox', '0008_remove_authtoken_salt', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (59, 'knox', '0009_extend_authtoken_field', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (60, 'accounts', '0004_policy_of_its_shop', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (61, 'accounts', '0005_tokens_that_end', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (62, 'accounts', '0006_memberships_are_accepted', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (63, 'accounts', '0007_members_are_not_support', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (64, 'accounts', '0008_four_more_numbers', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (65, 'accounts', '0009_limit_of_an_order', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (66, 'accounts', '0010_consent', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (67, 'accounts', '0011_advice_to_buyers', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (68, 'accounts', '0012_currency_of_a_shop', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (69, 'accounts', '0013_bounds', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (70, 'accounts', '0014_pauses', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (71, 'accounts', '0015_collect_couriers', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (72, 'accounts', '0016_since_when_a_role', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (73, 'accounts', '0017_holidays', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (74, 'accounts', '0018_level_of_agents', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (75, 'accounts', '0019_erasure_requests', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (76, 'accounts', '0020_promotions', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (77, 'accounts', '0021_login_tries', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (78, 'accounts', '0022_columns_of_the_lists', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (79, 'accounts', '0023_payment_page', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (80, 'accounts', '0024_names_and_questions_in_english', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (81, 'accounts', '0025_labels_as_they_are_read', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (82, 'accounts', '0026_holidays_in_the_calendar', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (83, 'accounts', '0027_limits_a_day_and_second_approval', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (84, 'admin', '0001_initial', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (85, 'admin', '0002_logentry_remove_auto_add', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (86, 'admin', '0003_logentry_add_action_flag_choices', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (87, 'refunds', '0005_confirmed_by', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (88, 'orders', '0006_numbers_unique_in_a_shop', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (89, 'orders', '0007_reserved_and_allocated', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (90, 'orders', '0008_delivery_of_lines', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (91, 'orders', '0009_buyer_waits_since', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (92, 'orders', '0010_replacement_lines', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (93, 'orders', '0011_product_and_currency_of_skus', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (94, 'orders', '0012_ship_due', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (95, 'orders', '0013_shared_total', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (96, 'orders', '0014_remarks_of_the_system', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (97, 'orders', '0015_resellable_stock', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (98, 'kernel', '0013_heartbeats', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (99, 'kernel', '0014_number_key', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (100, 'orders', '0016_numbers', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (101, 'orders', '0017_erased_at', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (102, 'orders', '0018_warranty_terms', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (103, 'orders', '0019_refunded_before', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (104, 'orders', '0020_promotions', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (105, 'orders', '0021_order_no_once_as_typed', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (106, 'refunds', '0006_index_of_failed_refunds', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (107, 'refunds', '0007_labels_as_they_are_read', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (108, 'refunds', '0008_where_and_when_it_arrives', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (109, 'orders', '0022_titles_in_english', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (110, 'orders', '0023_labels_as_they_are_read', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (111, 'orders', '0024_beginnings_of_numbers', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (112, 'orders', '0025_warranty_label', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (113, 'orders', '0026_sku_code_as_typed', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (114, 'kernel', '0015_erasing', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (115, 'refunds', '0009_ledger', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (116, 'refunds', '0010_returned_by_the_bank', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (117, 'orders', '0027_charged_back', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (118, 'refunds', '0011_chargebacks', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (119, 'refunds', '0012_secrets_of_merchant_accounts', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (120, 'refunds', '0013_reconciliation', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (121, 'refunds', '0014_notices_of_channels', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (122, 'refunds', '0015_payables', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (123, 'refunds', '0016_ledger_of_chargebacks', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (124, 'refunds', '0017_chargebacks_of_shared_transactions', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (125, 'refunds', '0018_when_a_request_left', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (126, 'refunds', '0019_called_off', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (127, 'refunds', '0020_ledger_of_payables', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (128, 'refunds', '0021_returned_and_may_arrive', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (129, 'refunds', '0022_payables_by_approver', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (130, 'refunds', '0023_reviewed_notices', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (131, 'refunds', '0024_account_of_payments', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (132, 'refunds', '0025_refusals', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (133, 'refunds', '0026_second_round_of_chargebacks', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (134, 'refunds', '0027_transfers', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (135, 'refunds', '0028_redirections', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (136, 'refunds', '0029_scene_of_transfers', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (137, 'logistics', '0003_delivery_of_lines', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (138, 'logistics', '0004_sku_in_a_parcel', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (139, 'logistics', '0005_tracking_numbers_by_key', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (140, 'logistics', '0006_labels_as_they_are_read', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (141, 'logistics', '0007_counted_parcels', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (142, 'logistics', '0008_beginnings_of_numbers', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (143, 'aftersales', '0011_numbers_unique_in_a_shop', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (144, 'aftersales', '0012_suspension', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (145, 'aftersales', '0013_ticket_parcel', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (146, 'aftersales', '0014_reduced', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (147, 'aftersales', '0015_version', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (148, 'aftersales', '0016_numbers_of_buyers', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (149, 'aftersales', '0017_who_applied', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (150, 'aftersales', '0018_given', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (151, 'aftersales', '0019_messages_of_orders', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (152, 'aftersales', '0020_not_arrived', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (153, 'aftersales', '0021_replacement_lines', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (154, 'aftersales', '0022_offers', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (155, 'aftersales', '0023_assignee', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (156, 'aftersales', '0024_unshipped', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (157, 'aftersales', '0025_reasons_of_shops', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (158, 'aftersales', '0026_kinds_of_not_as_described', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (159, 'aftersales', '0027_noted_consent', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (160, 'aftersales', '0028_freight_collect', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (161, 'aftersales', '0029_remarks_of_messages', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (162, 'aftersales', '0030_settlements_by_hand', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (163, 'aftersales', '0031_erasing_messages', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (164, 'aftersales', '0032_duties_and_quality', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (165, 'aftersales', '0033_promotions', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (166, 'aftersales', '0034_vouchers_and_gifts', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (167, 'aftersales', '0035_index_of_failed_refunds', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (168, 'aftersales', '0036_index_of_objections', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (169, 'aftersales', '0037_labels_as_they_are_read', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (170, 'aftersales', '0038_delivered_after_refund', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (171, 'aftersales', '0039_read_marks', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (172, 'aftersales', '0040_late_and_extra_goods', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (173, 'aftersales', '0041_canned_responses_in_english', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (174, 'aftersales', '0042_index_of_returned_refunds', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (175, 'aftersales', '0043_second_approvals', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (176, 'aftersales', '0044_total_given_by_a_ticket', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (177, 'aftersales', '0045_payables', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (178, 'aftersales', '0046_emergency_overrides', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (179, 'aftersales', '0047_overrides_name_their_limits', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (180, 'axes', '0001_initial', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (181, 'axes', '0002_auto_20151217_2044', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (182, 'axes', '0003_auto_20160322_0929', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (183, 'axes', '0004_auto_20181024_1538', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (184, 'axes', '0005_remove_accessattempt_trusted', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (185, 'axes', '0006_remove_accesslog_trusted', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (186, 'axes', '0007_alter_accessattempt_unique_together', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (187, 'axes', '0008_accessfailurelog', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (188, 'axes', '0009_add_session_hash', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (189, 'axes', '0010_accessattemptexpiration', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (190, 'desk', '0001_saved_filters', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (191, 'refunds', '0030_refusal_of_transfers', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (192, 'refunds', '0031_notices_verified_by', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (193, 'refunds', '0032_notices_of_shared_transactions', now());
INSERT INTO django_migrations (id, app, name, applied) VALUES (194, 'sessions', '0001_initial', now());

INSERT INTO orders_warrantyterm (id, shop_id, category, return_days, exchange_days, repair_days) VALUES (1, NULL, 'whole machine', 7, 15, 365);
INSERT INTO orders_warrantyterm (id, shop_id, category, return_days, exchange_days, repair_days) VALUES (2, NULL, '整机', 7, 15, 365);
INSERT INTO orders_warrantyterm (id, shop_id, category, return_days, exchange_days, repair_days) VALUES (3, NULL, 'main computer parts', 7, 15, 730);
INSERT INTO orders_warrantyterm (id, shop_id, category, return_days, exchange_days, repair_days) VALUES (4, NULL, '电脑主要部件', 7, 15, 730);

SELECT pg_catalog.setval('accounts_erasurerequest_id_seq', 1, false);

SELECT pg_catalog.setval('accounts_faq_id_seq', 1, false);

SELECT pg_catalog.setval('accounts_holiday_id_seq', 7, true);

SELECT pg_catalog.setval('accounts_logintries_id_seq', 1, false);

SELECT pg_catalog.setval('accounts_membership_id_seq', 1, false);

SELECT pg_catalog.setval('accounts_policy_id_seq', 1, false);

SELECT pg_catalog.setval('accounts_shop_id_seq', 1, false);

SELECT pg_catalog.setval('accounts_user_groups_id_seq', 1, false);

SELECT pg_catalog.setval('accounts_user_id_seq', 1, false);

SELECT pg_catalog.setval('accounts_user_user_permissions_id_seq', 1, false);

SELECT pg_catalog.setval('aftersales_benefit_id_seq', 1, false);

SELECT pg_catalog.setval('aftersales_emergencyoverride_id_seq', 1, false);

SELECT pg_catalog.setval('aftersales_extragoods_id_seq', 1, false);

SELECT pg_catalog.setval('aftersales_given_id_seq', 1, false);

SELECT pg_catalog.setval('aftersales_inspection_id_seq', 1, false);

SELECT pg_catalog.setval('aftersales_keyword_id_seq', 10, true);

SELECT pg_catalog.setval('aftersales_message_id_seq', 1, false);

SELECT pg_catalog.setval('aftersales_notedconsent_id_seq', 1, false);

SELECT pg_catalog.setval('aftersales_offer_id_seq', 1, false);

SELECT pg_catalog.setval('aftersales_overridealarm_id_seq', 1, false);

SELECT pg_catalog.setval('aftersales_readmark_id_seq', 1, false);

SELECT pg_catalog.setval('aftersales_reason_id_seq', 43, true);

SELECT pg_catalog.setval('aftersales_rejecttemplate_id_seq', 1, false);

SELECT pg_catalog.setval('aftersales_secondapproval_id_seq', 1, false);

SELECT pg_catalog.setval('aftersales_ticket_id_seq', 1, false);

SELECT pg_catalog.setval('aftersales_ticketline_id_seq', 1, false);

SELECT pg_catalog.setval('aftersales_ticketparcel_id_seq', 1, false);

SELECT pg_catalog.setval('aftersales_ticketpayable_id_seq', 1, false);

SELECT pg_catalog.setval('aftersales_ticketrefund_id_seq', 1, false);

SELECT pg_catalog.setval('auth_group_id_seq', 1, false);

SELECT pg_catalog.setval('auth_group_permissions_id_seq', 1, false);

SELECT pg_catalog.setval('axes_accessattempt_id_seq', 1, false);

SELECT pg_catalog.setval('axes_accessfailurelog_id_seq', 1, false);

SELECT pg_catalog.setval('axes_accesslog_id_seq', 1, false);

SELECT pg_catalog.setval('desk_savedfilter_id_seq', 1, false);

SELECT pg_catalog.setval('django_admin_log_id_seq', 1, false);

SELECT pg_catalog.setval('django_migrations_id_seq', 194, true);

SELECT pg_catalog.setval('kernel_change_id_seq', 1, false);

SELECT pg_catalog.setval('kernel_delivery_id_seq', 1, false);

SELECT pg_catalog.setval('kernel_history_id_seq', 1, false);

SELECT pg_catalog.setval('kernel_idempotencykey_id_seq', 1, false);

SELECT pg_catalog.setval('logistics_parcel_id_seq', 1, false);

SELECT pg_catalog.setval('logistics_parcelevent_id_seq', 1, false);

SELECT pg_catalog.setval('logistics_parcelline_id_seq', 1, false);

SELECT pg_catalog.setval('logistics_returnaddress_id_seq', 1, false);

SELECT pg_catalog.setval('orders_note_id_seq', 1, false);

SELECT pg_catalog.setval('orders_order_id_seq', 1, false);

SELECT pg_catalog.setval('orders_orderline_id_seq', 1, false);

SELECT pg_catalog.setval('orders_payment_id_seq', 1, false);

SELECT pg_catalog.setval('orders_promotion_id_seq', 1, false);

SELECT pg_catalog.setval('orders_reservation_id_seq', 1, false);

SELECT pg_catalog.setval('orders_sku_id_seq', 1, false);

SELECT pg_catalog.setval('orders_stock_id_seq', 1, false);

SELECT pg_catalog.setval('orders_warrantyterm_id_seq', 4, true);

SELECT pg_catalog.setval('refunds_billline_id_seq', 1, false);

SELECT pg_catalog.setval('refunds_channelnotice_id_seq', 1, false);

SELECT pg_catalog.setval('refunds_chargeback_id_seq', 1, false);

SELECT pg_catalog.setval('refunds_difference_id_seq', 1, false);

SELECT pg_catalog.setval('refunds_ledgerentry_id_seq', 1, false);

SELECT pg_catalog.setval('refunds_merchantaccount_id_seq', 1, false);

SELECT pg_catalog.setval('refunds_payable_id_seq', 1, false);

SELECT pg_catalog.setval('refunds_redirection_id_seq', 1, false);

SELECT pg_catalog.setval('refunds_refund_id_seq', 1, false);

SELECT pg_catalog.setval('refunds_sandboxrefund_id_seq', 1, false);

SELECT pg_catalog.setval('refunds_transfer_id_seq', 1, false);

ALTER TABLE ONLY accounts_erasurerequest
    ADD CONSTRAINT accounts_erasurerequest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY accounts_faq
    ADD CONSTRAINT accounts_faq_pkey PRIMARY KEY (id);

ALTER TABLE ONLY accounts_holiday
    ADD CONSTRAINT accounts_holiday_pkey PRIMARY KEY (id);

ALTER TABLE ONLY accounts_logintries
    ADD CONSTRAINT accounts_logintries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY accounts_membership
    ADD CONSTRAINT accounts_membership_pkey PRIMARY KEY (id);

ALTER TABLE ONLY accounts_policy
    ADD CONSTRAINT accounts_policy_pkey PRIMARY KEY (id);

ALTER TABLE ONLY accounts_shop
    ADD CONSTRAINT accounts_shop_code_key UNIQUE (code);

ALTER TABLE ONLY accounts_shop
    ADD CONSTRAINT accounts_shop_pkey PRIMARY KEY (id);

ALTER TABLE ONLY accounts_user_groups
    ADD CONSTRAINT accounts_user_groups_pkey PRIMARY KEY (id);

ALTER TABLE ONLY accounts_user_groups
    ADD CONSTRAINT accounts_user_groups_user_id_group_id_59c0b32f_uniq UNIQUE (user_id, group_id);

ALTER TABLE ONLY accounts_user
    ADD CONSTRAINT accounts_user_pkey PRIMARY KEY (id);

ALTER TABLE ONLY accounts_user_user_permissions
    ADD CONSTRAINT accounts_user_user_permi_user_id_permission_id_2ab516c2_uniq UNIQUE (user_id, permission_id);

ALTER TABLE ONLY accounts_user_user_permissions
    ADD CONSTRAINT accounts_user_user_permissions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY accounts_user
    ADD CONSTRAINT accounts_user_username_key UNIQUE (username);

ALTER TABLE ONLY aftersales_benefit
    ADD CONSTRAINT aftersales_benefit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_emergencyoverride
    ADD CONSTRAINT aftersales_emergencyoverride_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_evidence
    ADD CONSTRAINT aftersales_evidence_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_extragoods
    ADD CONSTRAINT aftersales_extragoods_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_given
    ADD CONSTRAINT aftersales_given_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_inspection
    ADD CONSTRAINT aftersales_inspection_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_keyword
    ADD CONSTRAINT aftersales_keyword_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_message
    ADD CONSTRAINT aftersales_message_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_notedconsent
    ADD CONSTRAINT aftersales_notedconsent_claim_id_key UNIQUE (claim_id);

ALTER TABLE ONLY aftersales_notedconsent
    ADD CONSTRAINT aftersales_notedconsent_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_notedconsent
    ADD CONSTRAINT aftersales_notedconsent_ticket_id_key UNIQUE (ticket_id);

ALTER TABLE ONLY aftersales_offer
    ADD CONSTRAINT aftersales_offer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_overridealarm
    ADD CONSTRAINT aftersales_overridealarm_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_readmark
    ADD CONSTRAINT aftersales_readmark_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_reason
    ADD CONSTRAINT aftersales_reason_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_cannedresponse
    ADD CONSTRAINT aftersales_rejecttemplate_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_secondapproval
    ADD CONSTRAINT aftersales_secondapproval_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_ticket
    ADD CONSTRAINT aftersales_ticket_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_ticketline
    ADD CONSTRAINT aftersales_ticketline_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_ticketline
    ADD CONSTRAINT aftersales_ticketline_replacement_id_key UNIQUE (replacement_id);

ALTER TABLE ONLY aftersales_ticketparcel
    ADD CONSTRAINT aftersales_ticketparcel_parcel_id_key UNIQUE (parcel_id);

ALTER TABLE ONLY aftersales_ticketparcel
    ADD CONSTRAINT aftersales_ticketparcel_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_ticketpayable
    ADD CONSTRAINT aftersales_ticketpayable_payable_id_key UNIQUE (payable_id);

ALTER TABLE ONLY aftersales_ticketpayable
    ADD CONSTRAINT aftersales_ticketpayable_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_ticketrefund
    ADD CONSTRAINT aftersales_ticketrefund_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_ticketrefund
    ADD CONSTRAINT aftersales_ticketrefund_refund_id_key UNIQUE (refund_id);

ALTER TABLE ONLY auth_group
    ADD CONSTRAINT auth_group_name_key UNIQUE (name);

ALTER TABLE ONLY auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_permission_id_0cd325b0_uniq UNIQUE (group_id, permission_id);

ALTER TABLE ONLY auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY auth_group
    ADD CONSTRAINT auth_group_pkey PRIMARY KEY (id);

ALTER TABLE ONLY auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_codename_01ab375a_uniq UNIQUE (content_type_id, codename);

ALTER TABLE ONLY auth_permission
    ADD CONSTRAINT auth_permission_pkey PRIMARY KEY (id);

ALTER TABLE ONLY axes_accessattempt
    ADD CONSTRAINT axes_accessattempt_pkey PRIMARY KEY (id);

ALTER TABLE ONLY axes_accessattempt
    ADD CONSTRAINT axes_accessattempt_username_ip_address_user_agent_8ea22282_uniq UNIQUE (username, ip_address, user_agent);

ALTER TABLE ONLY axes_accessattemptexpiration
    ADD CONSTRAINT axes_accessattemptexpiration_pkey PRIMARY KEY (access_attempt_id);

ALTER TABLE ONLY axes_accessfailurelog
    ADD CONSTRAINT axes_accessfailurelog_pkey PRIMARY KEY (id);

ALTER TABLE ONLY axes_accesslog
    ADD CONSTRAINT axes_accesslog_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_benefit
    ADD CONSTRAINT benefit_key_once UNIQUE (shop_id, key);

ALTER TABLE ONLY refunds_billline
    ADD CONSTRAINT bill_line_once UNIQUE (channel, number, line_id, occurrence);

ALTER TABLE ONLY refunds_chargeback
    ADD CONSTRAINT chargeback_id_in_shop UNIQUE (shop_id, id);

ALTER TABLE ONLY kernel_delivery
    ADD CONSTRAINT delivery_once UNIQUE (history_id, channel, recipient);

ALTER TABLE ONLY desk_savedfilter
    ADD CONSTRAINT desk_savedfilter_pkey PRIMARY KEY (id);

ALTER TABLE ONLY refunds_difference
    ADD CONSTRAINT difference_once UNIQUE (channel, kind, number);

ALTER TABLE ONLY django_admin_log
    ADD CONSTRAINT django_admin_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY django_content_type
    ADD CONSTRAINT django_content_type_app_label_model_76bd3d3b_uniq UNIQUE (app_label, model);

ALTER TABLE ONLY django_content_type
    ADD CONSTRAINT django_content_type_pkey PRIMARY KEY (id);

ALTER TABLE ONLY django_migrations
    ADD CONSTRAINT django_migrations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY django_session
    ADD CONSTRAINT django_session_pkey PRIMARY KEY (session_key);

ALTER TABLE ONLY aftersales_given
    ADD CONSTRAINT given_once UNIQUE (ticket_id, user_id);

ALTER TABLE ONLY kernel_history
    ADD CONSTRAINT history_id_in_shop UNIQUE (shop_id, id);

ALTER TABLE ONLY kernel_history
    ADD CONSTRAINT history_sequence UNIQUE (machine, object_id, sequence);

ALTER TABLE ONLY accounts_holiday
    ADD CONSTRAINT holiday_once UNIQUE NULLS NOT DISTINCT (shop_id, first);

ALTER TABLE ONLY kernel_idempotencykey
    ADD CONSTRAINT idempotency_key_once UNIQUE (user_id, key);

ALTER TABLE ONLY aftersales_inspection
    ADD CONSTRAINT inspection_once UNIQUE (ticket_line_id, condition);

ALTER TABLE ONLY kernel_change
    ADD CONSTRAINT kernel_change_pkey PRIMARY KEY (id);

ALTER TABLE ONLY kernel_delivery
    ADD CONSTRAINT kernel_delivery_pkey PRIMARY KEY (id);

ALTER TABLE ONLY kernel_heartbeat
    ADD CONSTRAINT kernel_heartbeat_pkey PRIMARY KEY (name);

ALTER TABLE ONLY kernel_history
    ADD CONSTRAINT kernel_history_pkey PRIMARY KEY (id);

ALTER TABLE ONLY kernel_idempotencykey
    ADD CONSTRAINT kernel_idempotencykey_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_keyword
    ADD CONSTRAINT keyword_once UNIQUE NULLS NOT DISTINCT (shop_id, type, word);

ALTER TABLE ONLY knox_authtoken
    ADD CONSTRAINT knox_authtoken_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY refunds_ledgerentry
    ADD CONSTRAINT ledger_id_in_shop UNIQUE (shop_id, id);

ALTER TABLE ONLY orders_orderline
    ADD CONSTRAINT line_id_in_shop UNIQUE (shop_id, id);

ALTER TABLE ONLY orders_orderline
    ADD CONSTRAINT line_position_once UNIQUE (order_id, "position");

ALTER TABLE ONLY accounts_logintries
    ADD CONSTRAINT login_tries_once UNIQUE ("window", address);

ALTER TABLE ONLY logistics_parcel
    ADD CONSTRAINT logistics_parcel_pkey PRIMARY KEY (id);

ALTER TABLE ONLY logistics_parcel
    ADD CONSTRAINT logistics_parcel_replaces_id_key UNIQUE (replaces_id);

ALTER TABLE ONLY logistics_parcelevent
    ADD CONSTRAINT logistics_parcelevent_pkey PRIMARY KEY (id);

ALTER TABLE ONLY logistics_parcelline
    ADD CONSTRAINT logistics_parcelline_pkey PRIMARY KEY (id);

ALTER TABLE ONLY logistics_returnaddress
    ADD CONSTRAINT logistics_returnaddress_pkey PRIMARY KEY (id);

ALTER TABLE ONLY accounts_membership
    ADD CONSTRAINT membership_once UNIQUE (shop_id, user_id);

ALTER TABLE ONLY refunds_merchantaccount
    ADD CONSTRAINT merchant_account_id_in_shop UNIQUE (shop_id, id);

ALTER TABLE ONLY refunds_merchantaccount
    ADD CONSTRAINT merchant_account_number_once UNIQUE (shop_id, channel, account);

ALTER TABLE ONLY aftersales_message
    ADD CONSTRAINT message_id_in_shop UNIQUE (shop_id, id);

ALTER TABLE ONLY refunds_channelnotice
    ADD CONSTRAINT notice_once UNIQUE (channel, account, event_id, verified_by);

ALTER TABLE ONLY orders_order
    ADD CONSTRAINT order_id_in_shop UNIQUE (shop_id, id);

ALTER TABLE ONLY orders_order
    ADD CONSTRAINT order_no_once UNIQUE (shop_id, order_no);

ALTER TABLE ONLY orders_note
    ADD CONSTRAINT orders_note_pkey PRIMARY KEY (id);

ALTER TABLE ONLY orders_order
    ADD CONSTRAINT orders_order_pkey PRIMARY KEY (id);

ALTER TABLE ONLY orders_orderline
    ADD CONSTRAINT orders_orderline_pkey PRIMARY KEY (id);

ALTER TABLE ONLY orders_payment
    ADD CONSTRAINT orders_payment_pkey PRIMARY KEY (id);

ALTER TABLE ONLY orders_promotion
    ADD CONSTRAINT orders_promotion_pkey PRIMARY KEY (id);

ALTER TABLE ONLY orders_reservation
    ADD CONSTRAINT orders_reservation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY orders_sku
    ADD CONSTRAINT orders_sku_pkey PRIMARY KEY (id);

ALTER TABLE ONLY orders_stock
    ADD CONSTRAINT orders_stock_pkey PRIMARY KEY (id);

ALTER TABLE ONLY orders_stock
    ADD CONSTRAINT orders_stock_sku_id_key UNIQUE (sku_id);

ALTER TABLE ONLY orders_warrantyterm
    ADD CONSTRAINT orders_warrantyterm_pkey PRIMARY KEY (id);

ALTER TABLE ONLY aftersales_overridealarm
    ADD CONSTRAINT override_alarm_once UNIQUE (override_id, user_id);

ALTER TABLE ONLY aftersales_emergencyoverride
    ADD CONSTRAINT override_id_in_shop UNIQUE (shop_id, id);

ALTER TABLE ONLY logistics_parcelevent
    ADD CONSTRAINT parcel_event_once UNIQUE (parcel_id, at, text);

ALTER TABLE ONLY logistics_parcel
    ADD CONSTRAINT parcel_id_in_shop UNIQUE (shop_id, id);

ALTER TABLE ONLY logistics_parcelline
    ADD CONSTRAINT parcel_line_once UNIQUE (parcel_id, line_id);

ALTER TABLE ONLY refunds_payable
    ADD CONSTRAINT payable_id_in_shop UNIQUE (shop_id, id);

ALTER TABLE ONLY refunds_payable
    ADD CONSTRAINT payable_once UNIQUE (shop_id, order_id, kind, key);

ALTER TABLE ONLY orders_payment
    ADD CONSTRAINT payment_id_in_shop UNIQUE (shop_id, id);

ALTER TABLE ONLY orders_payment
    ADD CONSTRAINT payment_once UNIQUE (order_id, channel, transaction_no);

ALTER TABLE ONLY accounts_policy
    ADD CONSTRAINT policy_id_in_shop UNIQUE (shop_id, id);

ALTER TABLE ONLY orders_promotion
    ADD CONSTRAINT promotion_once UNIQUE (order_id, kind, code);

ALTER TABLE ONLY aftersales_readmark
    ADD CONSTRAINT read_mark_once_a_side UNIQUE NULLS NOT DISTINCT (order_id, ticket_id, side);

ALTER TABLE ONLY aftersales_reason
    ADD CONSTRAINT reason_once UNIQUE NULLS NOT DISTINCT (shop_id, type, code);

ALTER TABLE ONLY refunds_refund
    ADD CONSTRAINT refund_id_in_shop UNIQUE (shop_id, id);

ALTER TABLE ONLY refunds_billline
    ADD CONSTRAINT refunds_billline_pkey PRIMARY KEY (id);

ALTER TABLE ONLY refunds_channelnotice
    ADD CONSTRAINT refunds_channelnotice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY refunds_chargeback
    ADD CONSTRAINT refunds_chargeback_pkey PRIMARY KEY (id);

ALTER TABLE ONLY refunds_difference
    ADD CONSTRAINT refunds_difference_pkey PRIMARY KEY (id);

ALTER TABLE ONLY refunds_ledgerentry
    ADD CONSTRAINT refunds_ledgerentry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY refunds_merchantaccount
    ADD CONSTRAINT refunds_merchantaccount_pkey PRIMARY KEY (id);

ALTER TABLE ONLY refunds_payable
    ADD CONSTRAINT refunds_payable_payable_no_key UNIQUE (payable_no);

ALTER TABLE ONLY refunds_payable
    ADD CONSTRAINT refunds_payable_pkey PRIMARY KEY (id);

ALTER TABLE ONLY refunds_redirection
    ADD CONSTRAINT refunds_redirection_pkey PRIMARY KEY (id);

ALTER TABLE ONLY refunds_refund
    ADD CONSTRAINT refunds_refund_pkey PRIMARY KEY (id);

ALTER TABLE ONLY refunds_refund
    ADD CONSTRAINT refunds_refund_refund_no_key UNIQUE (refund_no);

ALTER TABLE ONLY refunds_refund
    ADD CONSTRAINT refunds_refund_retry_of_id_key UNIQUE (retry_of_id);

ALTER TABLE ONLY refunds_sandboxrefund
    ADD CONSTRAINT refunds_sandboxrefund_pkey PRIMARY KEY (id);

ALTER TABLE ONLY refunds_sandboxrefund
    ADD CONSTRAINT refunds_sandboxrefund_refund_no_key UNIQUE (refund_no);

ALTER TABLE ONLY refunds_transfer
    ADD CONSTRAINT refunds_transfer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY refunds_transfer
    ADD CONSTRAINT refunds_transfer_transfer_no_key UNIQUE (transfer_no);

ALTER TABLE ONLY orders_reservation
    ADD CONSTRAINT reservation_id_in_shop UNIQUE (shop_id, id);

ALTER TABLE ONLY logistics_returnaddress
    ADD CONSTRAINT return_address_id_in_shop UNIQUE (shop_id, id);

ALTER TABLE ONLY desk_savedfilter
    ADD CONSTRAINT saved_filter_once UNIQUE (user_id, page, name);

ALTER TABLE ONLY aftersales_secondapproval
    ADD CONSTRAINT second_approval_once UNIQUE (ticket_id, user_id, version);

ALTER TABLE ONLY orders_sku
    ADD CONSTRAINT sku_code_once UNIQUE (shop_id, code);

ALTER TABLE ONLY orders_sku
    ADD CONSTRAINT sku_id_in_shop UNIQUE (shop_id, id);

ALTER TABLE ONLY aftersales_ticket
    ADD CONSTRAINT ticket_id_in_shop UNIQUE (shop_id, id);

ALTER TABLE ONLY aftersales_ticketline
    ADD CONSTRAINT ticket_line_id_in_shop UNIQUE (shop_id, id);

ALTER TABLE ONLY aftersales_ticketline
    ADD CONSTRAINT ticket_line_once UNIQUE (ticket_id, line_id);

ALTER TABLE ONLY aftersales_ticket
    ADD CONSTRAINT ticket_no_once UNIQUE (shop_id, ticket_no);

ALTER TABLE ONLY refunds_transfer
    ADD CONSTRAINT transfer_id_in_shop UNIQUE (shop_id, id);

ALTER TABLE ONLY orders_warrantyterm
    ADD CONSTRAINT warranty_once UNIQUE NULLS NOT DISTINCT (shop_id, category);

CREATE INDEX accounts_erasurerequest_user_id_ec6c928c ON accounts_erasurerequest USING btree (user_id);

CREATE INDEX accounts_faq_shop_id_6d9f5950 ON accounts_faq USING btree (shop_id);

CREATE INDEX accounts_holiday_shop_id_e432331c ON accounts_holiday USING btree (shop_id);

CREATE INDEX accounts_membership_shop_id_bd488317 ON accounts_membership USING btree (shop_id);

CREATE INDEX accounts_membership_user_id_487fb39e ON accounts_membership USING btree (user_id);

CREATE INDEX accounts_policy_shop_id_69353f66 ON accounts_policy USING btree (shop_id);

CREATE INDEX accounts_shop_code_332b940c_like ON accounts_shop USING btree (code varchar_pattern_ops);

CREATE INDEX accounts_shop_policy_id_b7b6ea09 ON accounts_shop USING btree (policy_id);

CREATE INDEX accounts_user_groups_group_id_bd11a704 ON accounts_user_groups USING btree (group_id);

CREATE INDEX accounts_user_groups_user_id_52b62117 ON accounts_user_groups USING btree (user_id);

CREATE INDEX accounts_user_user_permissions_permission_id_113bb443 ON accounts_user_user_permissions USING btree (permission_id);

CREATE INDEX accounts_user_user_permissions_user_id_e4f0a161 ON accounts_user_user_permissions USING btree (user_id);

CREATE INDEX accounts_user_username_6088629e_like ON accounts_user USING btree (username varchar_pattern_ops);

CREATE INDEX aftersales_benefit_ticket_id_9bc26fbf ON aftersales_benefit USING btree (ticket_id);

CREATE INDEX aftersales_emergencyoverride_ticket_id_47aa6964 ON aftersales_emergencyoverride USING btree (ticket_id);

CREATE INDEX aftersales_emergencyoverride_user_id_448df54c ON aftersales_emergencyoverride USING btree (user_id);

CREATE INDEX aftersales_evidence_message_id_a7e166e0 ON aftersales_evidence USING btree (message_id);

CREATE INDEX aftersales_evidence_ticket_id_c35c9be1 ON aftersales_evidence USING btree (ticket_id);

CREATE INDEX aftersales_evidence_uploader_id_2cb8011f ON aftersales_evidence USING btree (uploader_id);

CREATE INDEX aftersales_extragoods_ticket_id_d1702c11 ON aftersales_extragoods USING btree (ticket_id);

CREATE INDEX aftersales_given_ticket_id_59e9a3ce ON aftersales_given USING btree (ticket_id);

CREATE INDEX aftersales_given_user_id_bb02838f ON aftersales_given USING btree (user_id);

CREATE INDEX aftersales_inspection_ticket_line_id_80792adb ON aftersales_inspection USING btree (ticket_line_id);

CREATE INDEX aftersales_keyword_shop_id_6d93c3f1 ON aftersales_keyword USING btree (shop_id);

CREATE INDEX aftersales_offer_ticket_id_f1ec2e6e ON aftersales_offer USING btree (ticket_id);

CREATE INDEX aftersales_overridealarm_override_id_923f6392 ON aftersales_overridealarm USING btree (override_id);

CREATE INDEX aftersales_overridealarm_user_id_3db33e3b ON aftersales_overridealarm USING btree (user_id);

CREATE INDEX aftersales_reason_code_c8441c03 ON aftersales_reason USING btree (code);

CREATE INDEX aftersales_reason_code_c8441c03_like ON aftersales_reason USING btree (code varchar_pattern_ops);

CREATE INDEX aftersales_reason_parent_id_39dd9a7f ON aftersales_reason USING btree (parent_id);

CREATE INDEX aftersales_reason_shop_id_e292c3ac ON aftersales_reason USING btree (shop_id);

CREATE INDEX aftersales_rejecttemplate_shop_id_9f5412af ON aftersales_cannedresponse USING btree (shop_id);

CREATE INDEX aftersales_secondapproval_ticket_id_4b93fc5b ON aftersales_secondapproval USING btree (ticket_id);

CREATE INDEX aftersales_secondapproval_user_id_fb253410 ON aftersales_secondapproval USING btree (user_id);

CREATE INDEX aftersales_ticket_assignee_id_87351f59 ON aftersales_ticket USING btree (assignee_id);

CREATE INDEX aftersales_ticket_difference_payment_id_648e59df ON aftersales_ticket USING btree (difference_payment_id);

CREATE INDEX aftersales_ticket_order_id_76010610 ON aftersales_ticket USING btree (order_id);

CREATE INDEX aftersales_ticket_reason_id_1820b0c3 ON aftersales_ticket USING btree (reason_id);

CREATE INDEX aftersales_ticket_return_address_id_adee2f67 ON aftersales_ticket USING btree (return_address_id);

CREATE INDEX aftersales_ticketline_exchange_sku_id_9f210261 ON aftersales_ticketline USING btree (exchange_sku_id);

CREATE INDEX aftersales_ticketline_line_id_55dbe07e ON aftersales_ticketline USING btree (line_id);

CREATE INDEX aftersales_ticketline_reservation_id_d539514b ON aftersales_ticketline USING btree (reservation_id);

CREATE INDEX aftersales_ticketline_ticket_id_bc546e6c ON aftersales_ticketline USING btree (ticket_id);

CREATE INDEX aftersales_ticketparcel_ticket_id_09dc9dab ON aftersales_ticketparcel USING btree (ticket_id);

CREATE INDEX aftersales_ticketpayable_ticket_id_acb704b4 ON aftersales_ticketpayable USING btree (ticket_id);

CREATE INDEX aftersales_ticketrefund_ticket_id_ab8f7d34 ON aftersales_ticketrefund USING btree (ticket_id);

CREATE INDEX auth_group_name_a6ea08ec_like ON auth_group USING btree (name varchar_pattern_ops);

CREATE INDEX auth_group_permissions_group_id_b120cbf9 ON auth_group_permissions USING btree (group_id);

CREATE INDEX auth_group_permissions_permission_id_84c5c92e ON auth_group_permissions USING btree (permission_id);

CREATE INDEX auth_permission_content_type_id_2f476e4b ON auth_permission USING btree (content_type_id);

CREATE INDEX axes_accessattempt_ip_address_10922d9c ON axes_accessattempt USING btree (ip_address);

CREATE INDEX axes_accessattempt_user_agent_ad89678b ON axes_accessattempt USING btree (user_agent);

CREATE INDEX axes_accessattempt_user_agent_ad89678b_like ON axes_accessattempt USING btree (user_agent varchar_pattern_ops);

CREATE INDEX axes_accessattempt_username_3f2d4ca0 ON axes_accessattempt USING btree (username);

CREATE INDEX axes_accessattempt_username_3f2d4ca0_like ON axes_accessattempt USING btree (username varchar_pattern_ops);

CREATE INDEX axes_accessfailurelog_ip_address_2e9f5a7f ON axes_accessfailurelog USING btree (ip_address);

CREATE INDEX axes_accessfailurelog_user_agent_ea145dda ON axes_accessfailurelog USING btree (user_agent);

CREATE INDEX axes_accessfailurelog_user_agent_ea145dda_like ON axes_accessfailurelog USING btree (user_agent varchar_pattern_ops);

CREATE INDEX axes_accessfailurelog_username_a8b7e8a4 ON axes_accessfailurelog USING btree (username);

CREATE INDEX axes_accessfailurelog_username_a8b7e8a4_like ON axes_accessfailurelog USING btree (username varchar_pattern_ops);

CREATE INDEX axes_accesslog_ip_address_86b417e5 ON axes_accesslog USING btree (ip_address);

CREATE INDEX axes_accesslog_user_agent_0e659004 ON axes_accesslog USING btree (user_agent);

CREATE INDEX axes_accesslog_user_agent_0e659004_like ON axes_accesslog USING btree (user_agent varchar_pattern_ops);

CREATE INDEX axes_accesslog_username_df93064b ON axes_accesslog USING btree (username);

CREATE INDEX axes_accesslog_username_df93064b_like ON axes_accesslog USING btree (username varchar_pattern_ops);

CREATE UNIQUE INDEX benefit_coupon_once_an_order ON aftersales_benefit USING btree (order_id, kind, code) WHERE (NOT ((code)::text = ''::text));

CREATE INDEX benefit_newest ON aftersales_benefit USING btree (shop_id, created_at DESC, id DESC);

CREATE UNIQUE INDEX benefit_points_once_a_ticket ON aftersales_benefit USING btree (ticket_id, kind) WHERE (((code)::text = ''::text) AND (NOT late));

CREATE INDEX benefit_to_do ON aftersales_benefit USING btree (shop_id, id) WHERE (acknowledged_at IS NULL);

CREATE INDEX change_newest ON kernel_change USING btree (shop_id, at, id);

CREATE INDEX chargeback_by_key ON refunds_chargeback USING btree (shop_id, number_key((chargeback_no)::text));

CREATE INDEX chargeback_newest ON refunds_chargeback USING btree (opened_at DESC, id DESC);

CREATE UNIQUE INDEX chargeback_once ON refunds_chargeback USING btree (shop_id, payment_id, number_key((chargeback_no)::text));

CREATE INDEX chargeback_to_see ON refunds_chargeback USING btree (shop_id, id DESC) WHERE (((status)::text = 'open'::text) OR (excess > (0)::numeric));

CREATE INDEX delivery_due ON kernel_delivery USING btree (retry_after, id) WHERE ((state)::text = 'pending'::text);

CREATE INDEX desk_savedfilter_user_id_50068907 ON desk_savedfilter USING btree (user_id);

CREATE INDEX difference_open ON refunds_difference USING btree (shop_id, first_seen) WHERE (resolved_at IS NULL);

CREATE INDEX django_admin_log_content_type_id_c4bce8eb ON django_admin_log USING btree (content_type_id);

CREATE INDEX django_admin_log_user_id_c564eba6 ON django_admin_log USING btree (user_id);

CREATE INDEX django_session_expire_date_a5c62663 ON django_session USING btree (expire_date);

CREATE INDEX django_session_session_key_c0390e0f_like ON django_session USING btree (session_key varchar_pattern_ops);

CREATE UNIQUE INDEX erasure_one_open ON accounts_erasurerequest USING btree (user_id) WHERE ((state)::text = ANY ((ARRAY['requested'::character varying, 'carried_out'::character varying])::text[]));

CREATE INDEX history_newest ON kernel_history USING btree (at, id);

CREATE INDEX history_of_person ON kernel_history USING btree (actor_id, at) WHERE (actor_id IS NOT NULL);

CREATE INDEX history_undispatched ON kernel_history USING btree (id) WHERE (dispatched_at IS NULL);

CREATE INDEX kernel_delivery_history_id_424543bc ON kernel_delivery USING btree (history_id);

CREATE INDEX kernel_heartbeat_name_5022f9ac_like ON kernel_heartbeat USING btree (name varchar_pattern_ops);

CREATE INDEX kernel_idempotencykey_created_at_06051893 ON kernel_idempotencykey USING btree (created_at);

CREATE INDEX knox_authtoken_digest_188c7e77_like ON knox_authtoken USING btree (digest varchar_pattern_ops);

CREATE INDEX knox_authtoken_token_key_8f4f7d47 ON knox_authtoken USING btree (token_key);

CREATE INDEX knox_authtoken_token_key_8f4f7d47_like ON knox_authtoken USING btree (token_key varchar_pattern_ops);

CREATE INDEX knox_authtoken_user_id_e5a5d899 ON knox_authtoken USING btree (user_id);

CREATE INDEX ledger_by_day ON refunds_ledgerentry USING btree (shop_id, at, id);

CREATE INDEX ledger_of_order ON refunds_ledgerentry USING btree (shop_id, order_id);

CREATE INDEX logistics_parcel_order_id_f3ed8b7f ON logistics_parcel USING btree (order_id);

CREATE INDEX logistics_parcel_tracking_no_e7f4272d ON logistics_parcel USING btree (tracking_no);

CREATE INDEX logistics_parcel_tracking_no_e7f4272d_like ON logistics_parcel USING btree (tracking_no varchar_pattern_ops);

CREATE INDEX logistics_parcelevent_parcel_id_0b707def ON logistics_parcelevent USING btree (parcel_id);

CREATE INDEX logistics_parcelline_line_id_79effb1e ON logistics_parcelline USING btree (line_id);

CREATE INDEX logistics_parcelline_parcel_id_463edf4f ON logistics_parcelline USING btree (parcel_id);

CREATE INDEX logistics_returnaddress_shop_id_898535ec ON logistics_returnaddress USING btree (shop_id);

CREATE UNIQUE INDEX merchant_account_once ON refunds_merchantaccount USING btree (shop_id, channel) WHERE active;

CREATE INDEX message_of_order ON aftersales_message USING btree (order_id, at, id);

CREATE INDEX notice_next_look ON refunds_channelnotice USING btree (next_look_at) WHERE ((state)::text = 'parked'::text);

CREATE INDEX notice_to_review ON refunds_channelnotice USING btree (id DESC) WHERE ((reviewed_at IS NULL) AND ((state)::text = 'flagged'::text));

CREATE UNIQUE INDEX offer_one_open ON aftersales_offer USING btree (ticket_id) WHERE ((status)::text = 'open'::text);

CREATE INDEX order_by_number ON orders_order USING btree (order_no varchar_pattern_ops);

CREATE INDEX order_newest ON orders_order USING btree (placed_at DESC, id DESC);

CREATE UNIQUE INDEX order_no_once_as_typed ON orders_order USING btree (number_key((order_no)::text) text_pattern_ops, shop_id, spelling);

CREATE INDEX order_of_buyer ON orders_order USING btree (buyer_id, placed_at DESC, id DESC);

CREATE INDEX order_of_shop ON orders_order USING btree (shop_id, placed_at DESC, id DESC);

CREATE INDEX order_receipt_due ON orders_order USING btree (receipt_due_at) WHERE (receipt_due_at IS NOT NULL);

CREATE INDEX order_to_answer ON orders_order USING btree (shop_id, buyer_waits_since) WHERE (buyer_waits_since IS NOT NULL);

CREATE INDEX order_to_ship ON orders_order USING btree (shop_id, placed_at, id) WHERE ((status)::text = 'paid'::text);

CREATE INDEX order_window_due ON orders_order USING btree (window_ends_at) WHERE ((window_closed_at IS NULL) AND (window_ends_at IS NOT NULL));

CREATE INDEX orders_note_order_id_e8b159ab ON orders_note USING btree (order_id);

CREATE INDEX orders_orderline_order_id_17f8f3ef ON orders_orderline USING btree (order_id);

CREATE INDEX orders_orderline_sku_id_0e23d12e ON orders_orderline USING btree (sku_id);

CREATE INDEX orders_payment_order_id_bdccf250 ON orders_payment USING btree (order_id);

CREATE INDEX orders_promotion_order_id_b8af7266 ON orders_promotion USING btree (order_id);

CREATE INDEX orders_reservation_holder_adb0ac12 ON orders_reservation USING btree (holder);

CREATE INDEX orders_reservation_holder_adb0ac12_like ON orders_reservation USING btree (holder varchar_pattern_ops);

CREATE INDEX orders_reservation_sku_id_6a6054e0 ON orders_reservation USING btree (sku_id);

CREATE INDEX orders_sku_shop_id_59094757 ON orders_sku USING btree (shop_id);

CREATE INDEX orders_warrantyterm_shop_id_8fcfcbee ON orders_warrantyterm USING btree (shop_id);

CREATE INDEX override_alarm_due ON aftersales_overridealarm USING btree (retry_after) WHERE ((result)::text = ''::text);

CREATE INDEX override_to_review ON aftersales_emergencyoverride USING btree (shop_id, user_id) WHERE ((reviewed_at IS NULL) OR objected);

CREATE INDEX parcel_by_key ON logistics_parcel USING btree (number_key((tracking_no)::text) text_pattern_ops);

CREATE INDEX payable_approved_by ON refunds_payable USING btree (shop_id, approved_by, approved_at) WHERE (approved_by IS NOT NULL);

CREATE INDEX payable_newest ON refunds_payable USING btree (created_at DESC, id DESC);

CREATE INDEX payable_unpaid ON refunds_payable USING btree (shop_id, due_at) WHERE ((status)::text = ANY ((ARRAY['pending'::character varying, 'approved'::character varying, 'paying'::character varying])::text[]));

CREATE INDEX payment_by_key ON orders_payment USING btree (number_key((transaction_no)::text) text_pattern_ops);

CREATE INDEX payment_transaction ON orders_payment USING btree (channel, transaction_no);

CREATE UNIQUE INDEX redirection_one_at_a_time ON refunds_redirection USING btree (refund_id) WHERE ((state)::text = ANY ((ARRAY['proposed'::character varying, 'confirmed'::character varying])::text[]));

CREATE INDEX redirection_open ON refunds_redirection USING btree (proposed_at) WHERE ((state)::text = ANY ((ARRAY['proposed'::character varying, 'confirmed'::character varying])::text[]));

CREATE INDEX refund_look_again ON refunds_refund USING btree (look_again_at) WHERE (look_again_at IS NOT NULL);

CREATE INDEX refund_newest ON refunds_refund USING btree (created_at DESC, id DESC);

CREATE INDEX refund_next_attempt ON refunds_refund USING btree (next_attempt_at) WHERE (next_attempt_at IS NOT NULL);

CREATE INDEX refund_settled ON refunds_refund USING btree (settled_at) WHERE (settled_at IS NOT NULL);

CREATE INDEX refund_unpaid ON refunds_refund USING btree (shop_id, id DESC) WHERE ((status)::text = ANY ((ARRAY['failed'::character varying, 'returned'::character varying])::text[]));

CREATE INDEX refunds_channelnotice_refund_id_8c4ba425 ON refunds_channelnotice USING btree (refund_id);

CREATE INDEX refunds_chargeback_payment_id_d780ca8a ON refunds_chargeback USING btree (payment_id);

CREATE INDEX refunds_merchantaccount_shop_id_c489d7f8 ON refunds_merchantaccount USING btree (shop_id);

CREATE INDEX refunds_payable_order_id_cea52fe3 ON refunds_payable USING btree (order_id);

CREATE INDEX refunds_payable_payable_no_115b5778_like ON refunds_payable USING btree (payable_no varchar_pattern_ops);

CREATE INDEX refunds_redirection_refund_id_71445c05 ON refunds_redirection USING btree (refund_id);

CREATE INDEX refunds_refund_payment_id_ff5cf4de ON refunds_refund USING btree (payment_id);

CREATE INDEX refunds_refund_refund_no_ccf827a1_like ON refunds_refund USING btree (refund_no varchar_pattern_ops);

CREATE INDEX refunds_sandboxrefund_refund_no_264308b7_like ON refunds_sandboxrefund USING btree (refund_no varchar_pattern_ops);

CREATE INDEX refunds_sandboxrefund_transaction_no_bb278b1d ON refunds_sandboxrefund USING btree (transaction_no);

CREATE INDEX refunds_sandboxrefund_transaction_no_bb278b1d_like ON refunds_sandboxrefund USING btree (transaction_no varchar_pattern_ops);

CREATE INDEX refunds_transfer_payable_id_e26c3874 ON refunds_transfer USING btree (payable_id);

CREATE INDEX refunds_transfer_transfer_no_2a6625ed_like ON refunds_transfer USING btree (transfer_no varchar_pattern_ops);

CREATE INDEX reservation_active ON orders_reservation USING btree (created_at) WHERE ((state)::text = 'reserved'::text);

CREATE UNIQUE INDEX return_address_one_default ON logistics_returnaddress USING btree (shop_id) WHERE (active AND is_default);

CREATE UNIQUE INDEX sku_code_once_as_typed ON orders_sku USING btree (number_key((code)::text) text_pattern_ops, shop_id, spelling);

CREATE INDEX ticket_by_number ON aftersales_ticket USING btree (ticket_no varchar_pattern_ops);

CREATE INDEX ticket_came_after_refund ON aftersales_ticket USING btree (shop_id, id DESC) WHERE (alerts @> '["delivered_after_refund"]'::jsonb);

CREATE INDEX ticket_due ON aftersales_ticket USING btree (due_at) WHERE ((due_at IS NOT NULL) AND (overdue_since IS NULL));

CREATE INDEX ticket_ended ON aftersales_ticket USING btree (shop_id, ended_at) WHERE (ended_at IS NOT NULL);

CREATE INDEX ticket_gift_due ON aftersales_ticket USING btree (shop_id, gift_due_at) WHERE (gift_due_at IS NOT NULL);

CREATE INDEX ticket_mark ON aftersales_ticket USING btree (mark_at) WHERE (mark_at IS NOT NULL);

CREATE INDEX ticket_newest ON aftersales_ticket USING btree (created_at DESC, id DESC);

CREATE INDEX ticket_objection ON aftersales_ticket USING btree (shop_id, due_at) WHERE (objection AND ((status)::text = ANY ((ARRAY['pending_review'::character varying, 'rejected'::character varying])::text[])));

CREATE INDEX ticket_of_buyer ON aftersales_ticket USING btree (buyer_id, created_at DESC, id DESC);

CREATE INDEX ticket_of_shop ON aftersales_ticket USING btree (shop_id, created_at DESC, id DESC);

CREATE INDEX ticket_override ON aftersales_ticket USING btree (shop_id, id DESC) WHERE ((override)::text = ANY ((ARRAY['open'::character varying, 'objected'::character varying])::text[]));

CREATE UNIQUE INDEX ticket_parcel_one_current ON aftersales_ticketparcel USING btree (ticket_id, kind) WHERE is_current;

CREATE INDEX ticket_queue ON aftersales_ticket USING btree (due_at, id DESC);

CREATE INDEX ticket_refund_failed ON aftersales_ticket USING btree (shop_id, id DESC) WHERE (alerts @> '["refund_failed"]'::jsonb);

CREATE INDEX ticket_refund_returned ON aftersales_ticket USING btree (shop_id, id DESC) WHERE (alerts @> '["refund_returned"]'::jsonb);

CREATE INDEX ticket_settlement_disputed ON aftersales_ticket USING btree (shop_id, settlement_objected_at) WHERE (settlement_objected_at IS NOT NULL);

CREATE INDEX ticket_stage ON aftersales_ticket USING btree (shop_id, status);

CREATE INDEX ticket_to_answer ON aftersales_ticket USING btree (shop_id, buyer_waits_since) WHERE (buyer_waits_since IS NOT NULL);

CREATE INDEX ticket_work ON aftersales_ticket USING btree (due_at, id DESC) WHERE ((status)::text = ANY ((ARRAY['pending_refund'::character varying, 'pending_reship'::character varying, 'pending_return'::character varying, 'pending_review'::character varying, 'pending_supplement'::character varying, 'reshipped'::character varying])::text[]));

CREATE INDEX transfer_next_attempt ON refunds_transfer USING btree (next_attempt_at) WHERE (next_attempt_at IS NOT NULL);

CREATE UNIQUE INDEX transfer_once ON refunds_transfer USING btree (shop_id, payable_id) WHERE (failed_at IS NULL);

CREATE TRIGGER accounts_member_is_not_support BEFORE INSERT OR UPDATE OF user_id, accepted_at ON accounts_membership FOR EACH ROW EXECUTE FUNCTION accounts_member_is_not_support();

CREATE TRIGGER accounts_membership_begins AFTER INSERT ON accounts_membership FOR EACH ROW WHEN ((new.accepted_at IS NOT NULL)) EXECUTE FUNCTION accounts_end_tokens();

CREATE TRIGGER accounts_membership_changes AFTER UPDATE OF role, user_id, shop_id, accepted_at ON accounts_membership FOR EACH ROW WHEN ((((old.accepted_at IS NOT NULL) OR (new.accepted_at IS NOT NULL)) AND (((((old.role)::text IS DISTINCT FROM (new.role)::text) OR (old.user_id IS DISTINCT FROM new.user_id)) OR (old.shop_id IS DISTINCT FROM new.shop_id)) OR ((old.accepted_at IS NULL) IS DISTINCT FROM (new.accepted_at IS NULL))))) EXECUTE FUNCTION accounts_end_tokens();

CREATE TRIGGER accounts_membership_ends AFTER DELETE ON accounts_membership FOR EACH ROW WHEN ((old.accepted_at IS NOT NULL)) EXECUTE FUNCTION accounts_end_tokens();

CREATE TRIGGER accounts_support_is_no_member BEFORE UPDATE OF support_role, is_superuser ON accounts_user FOR EACH ROW WHEN (((((new.support_role)::text <> ''::text) OR new.is_superuser) AND (NOT (((old.support_role)::text <> ''::text) OR old.is_superuser)))) EXECUTE FUNCTION accounts_support_is_no_member();

CREATE TRIGGER accounts_user_end_tokens AFTER UPDATE OF password, is_active, support_role, is_superuser ON accounts_user FOR EACH ROW WHEN ((((((old.password)::text IS DISTINCT FROM (new.password)::text) OR (old.is_active IS DISTINCT FROM new.is_active)) OR ((old.support_role)::text IS DISTINCT FROM (new.support_role)::text)) OR (old.is_superuser IS DISTINCT FROM new.is_superuser))) EXECUTE FUNCTION accounts_end_tokens();

CREATE TRIGGER aftersales_message_append_only BEFORE DELETE OR UPDATE ON aftersales_message FOR EACH ROW EXECUTE FUNCTION aftersales_message_append_only();

CREATE TRIGGER kernel_change_append_only BEFORE DELETE OR UPDATE ON kernel_change FOR EACH ROW EXECUTE FUNCTION kernel_change_append_only();

CREATE TRIGGER kernel_history_append_only BEFORE DELETE OR UPDATE OF id, shop_id, machine, object_id, sequence, action, source, target, actor_kind, actor_name, actor_id, note, data, at ON kernel_history FOR EACH ROW EXECUTE FUNCTION kernel_history_append_only();

CREATE TRIGGER kernel_history_number BEFORE INSERT ON kernel_history FOR EACH ROW WHEN ((new.sequence = 0)) EXECUTE FUNCTION kernel_history_number();

ALTER TABLE kernel_history ENABLE ALWAYS TRIGGER kernel_history_number;

CREATE TRIGGER orders_warranty_is_kinder BEFORE INSERT OR UPDATE ON orders_warrantyterm FOR EACH ROW EXECUTE FUNCTION orders_warranty_is_kinder();

CREATE TRIGGER refunds_ledger_append_only BEFORE DELETE OR UPDATE ON refunds_ledgerentry FOR EACH ROW EXECUTE FUNCTION refunds_ledger_append_only();

CREATE TRIGGER refunds_ledger_of_chargebacks AFTER UPDATE ON refunds_chargeback REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refunds_ledger_of_chargebacks();

CREATE TRIGGER refunds_ledger_of_corrections AFTER UPDATE OF captured, refunded_before ON orders_payment FOR EACH ROW WHEN (((old.captured IS DISTINCT FROM new.captured) OR (old.refunded_before IS DISTINCT FROM new.refunded_before))) EXECUTE FUNCTION refunds_ledger_of_corrections();

CREATE TRIGGER refunds_ledger_of_new_chargebacks AFTER INSERT ON refunds_chargeback REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refunds_ledger_of_chargebacks();

CREATE TRIGGER refunds_ledger_of_new_payables AFTER INSERT ON refunds_payable REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refunds_ledger_of_payables();

CREATE TRIGGER refunds_ledger_of_new_payments AFTER INSERT ON orders_payment REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refunds_ledger_of_payments();

CREATE TRIGGER refunds_ledger_of_new_refunds AFTER INSERT ON refunds_refund REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refunds_ledger_of_refunds();

CREATE TRIGGER refunds_ledger_of_payables AFTER UPDATE ON refunds_payable REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refunds_ledger_of_payables();

CREATE TRIGGER refunds_ledger_of_refunds AFTER UPDATE ON refunds_refund REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refunds_ledger_of_refunds();

ALTER TABLE ONLY accounts_erasurerequest
    ADD CONSTRAINT accounts_erasurerequest_user_id_ec6c928c_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY accounts_faq
    ADD CONSTRAINT accounts_faq_shop_id_6d9f5950_fk_accounts_shop_id FOREIGN KEY (shop_id) REFERENCES accounts_shop(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY accounts_holiday
    ADD CONSTRAINT accounts_holiday_shop_id_e432331c_fk_accounts_shop_id FOREIGN KEY (shop_id) REFERENCES accounts_shop(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY accounts_membership
    ADD CONSTRAINT accounts_membership_shop_id_bd488317_fk_accounts_shop_id FOREIGN KEY (shop_id) REFERENCES accounts_shop(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY accounts_membership
    ADD CONSTRAINT accounts_membership_user_id_487fb39e_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY accounts_policy
    ADD CONSTRAINT accounts_policy_shop_id_69353f66_fk_accounts_shop_id FOREIGN KEY (shop_id) REFERENCES accounts_shop(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY accounts_user_groups
    ADD CONSTRAINT accounts_user_groups_group_id_bd11a704_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES auth_group(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY accounts_user_groups
    ADD CONSTRAINT accounts_user_groups_user_id_52b62117_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY accounts_user_user_permissions
    ADD CONSTRAINT accounts_user_user_p_permission_id_113bb443_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES auth_permission(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY accounts_user_user_permissions
    ADD CONSTRAINT accounts_user_user_p_user_id_e4f0a161_fk_accounts_ FOREIGN KEY (user_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_emergencyoverride
    ADD CONSTRAINT aftersales_emergency_reviewed_by_id_5128f159_fk_accounts_ FOREIGN KEY (reviewed_by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_emergencyoverride
    ADD CONSTRAINT aftersales_emergency_ruled_by_id_8bd2330e_fk_accounts_ FOREIGN KEY (ruled_by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_emergencyoverride
    ADD CONSTRAINT aftersales_emergency_user_id_448df54c_fk_accounts_ FOREIGN KEY (user_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_evidence
    ADD CONSTRAINT aftersales_evidence_uploader_id_2cb8011f_fk_accounts_user_id FOREIGN KEY (uploader_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_given
    ADD CONSTRAINT aftersales_given_user_id_bb02838f_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_keyword
    ADD CONSTRAINT aftersales_keyword_shop_id_6d93c3f1_fk_accounts_shop_id FOREIGN KEY (shop_id) REFERENCES accounts_shop(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_overridealarm
    ADD CONSTRAINT aftersales_overridealarm_user_id_3db33e3b_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_cannedresponse
    ADD CONSTRAINT aftersales_readytext_shop_id_8e13bd6e_fk_accounts_shop_id FOREIGN KEY (shop_id) REFERENCES accounts_shop(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_reason
    ADD CONSTRAINT aftersales_reason_parent_id_39dd9a7f_fk_aftersales_reason_id FOREIGN KEY (parent_id) REFERENCES aftersales_reason(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_reason
    ADD CONSTRAINT aftersales_reason_shop_id_e292c3ac_fk_accounts_shop_id FOREIGN KEY (shop_id) REFERENCES accounts_shop(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_secondapproval
    ADD CONSTRAINT aftersales_secondapproval_user_id_fb253410_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_ticket
    ADD CONSTRAINT aftersales_ticket_applied_by_id_b6f1f538_fk_accounts_user_id FOREIGN KEY (applied_by_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_ticket
    ADD CONSTRAINT aftersales_ticket_assignee_id_87351f59_fk_accounts_user_id FOREIGN KEY (assignee_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_ticket
    ADD CONSTRAINT aftersales_ticket_buyer_id_1020425e_fk_accounts_user_id FOREIGN KEY (buyer_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_ticket
    ADD CONSTRAINT aftersales_ticket_reason_id_1820b0c3_fk_aftersales_reason_id FOREIGN KEY (reason_id) REFERENCES aftersales_reason(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_ticket
    ADD CONSTRAINT aftersales_ticket_shop_id_62cf7945_fk_accounts_shop_id FOREIGN KEY (shop_id) REFERENCES accounts_shop(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_ticket
    ADD CONSTRAINT aftersales_ticket_sub_reason_id_972f9a3f_fk_aftersale FOREIGN KEY (sub_reason_id) REFERENCES aftersales_reason(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY auth_group_permissions
    ADD CONSTRAINT auth_group_permissio_permission_id_84c5c92e_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES auth_permission(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_b120cbf9_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES auth_group(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_2f476e4b_fk_django_co FOREIGN KEY (content_type_id) REFERENCES django_content_type(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY axes_accessattemptexpiration
    ADD CONSTRAINT axes_accessattemptex_access_attempt_id_6b73a47a_fk_axes_acce FOREIGN KEY (access_attempt_id) REFERENCES axes_accessattempt(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_benefit
    ADD CONSTRAINT benefit_order_same_shop FOREIGN KEY (shop_id, order_id) REFERENCES orders_order(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_benefit
    ADD CONSTRAINT benefit_ticket_same_shop FOREIGN KEY (shop_id, ticket_id) REFERENCES aftersales_ticket(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY refunds_chargeback
    ADD CONSTRAINT chargeback_payment_same_shop FOREIGN KEY (shop_id, payment_id) REFERENCES orders_payment(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY kernel_delivery
    ADD CONSTRAINT delivery_history_same_shop FOREIGN KEY (shop_id, history_id) REFERENCES kernel_history(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY desk_savedfilter
    ADD CONSTRAINT desk_savedfilter_user_id_50068907_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY django_admin_log
    ADD CONSTRAINT django_admin_log_content_type_id_c4bce8eb_fk_django_co FOREIGN KEY (content_type_id) REFERENCES django_content_type(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY django_admin_log
    ADD CONSTRAINT django_admin_log_user_id_c564eba6_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_evidence
    ADD CONSTRAINT evidence_message_same_shop FOREIGN KEY (shop_id, message_id) REFERENCES aftersales_message(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_evidence
    ADD CONSTRAINT evidence_ticket_same_shop FOREIGN KEY (shop_id, ticket_id) REFERENCES aftersales_ticket(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_extragoods
    ADD CONSTRAINT extra_goods_line_same_shop FOREIGN KEY (shop_id, line_id) REFERENCES orders_orderline(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_extragoods
    ADD CONSTRAINT extra_goods_sku_same_shop FOREIGN KEY (shop_id, sku_id) REFERENCES orders_sku(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_extragoods
    ADD CONSTRAINT extra_goods_ticket_same_shop FOREIGN KEY (shop_id, ticket_id) REFERENCES aftersales_ticket(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_given
    ADD CONSTRAINT given_ticket_same_shop FOREIGN KEY (shop_id, ticket_id) REFERENCES aftersales_ticket(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_inspection
    ADD CONSTRAINT inspection_line_same_shop FOREIGN KEY (shop_id, ticket_line_id) REFERENCES aftersales_ticketline(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY knox_authtoken
    ADD CONSTRAINT knox_authtoken_user_id_e5a5d899_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY refunds_ledgerentry
    ADD CONSTRAINT ledger_order_same_shop FOREIGN KEY (shop_id, order_id) REFERENCES orders_order(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY refunds_ledgerentry
    ADD CONSTRAINT ledger_payment_same_shop FOREIGN KEY (shop_id, payment_id) REFERENCES orders_payment(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY orders_orderline
    ADD CONSTRAINT line_difference_same_shop FOREIGN KEY (shop_id, difference_payment_id) REFERENCES orders_payment(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY orders_orderline
    ADD CONSTRAINT line_gift_same_shop FOREIGN KEY (shop_id, gift_of_id) REFERENCES orders_orderline(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY orders_orderline
    ADD CONSTRAINT line_order_same_shop FOREIGN KEY (shop_id, order_id) REFERENCES orders_order(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY orders_orderline
    ADD CONSTRAINT line_replaces_same_shop FOREIGN KEY (shop_id, replaces_id) REFERENCES orders_orderline(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY orders_orderline
    ADD CONSTRAINT line_sku_same_shop FOREIGN KEY (shop_id, sku_id) REFERENCES orders_sku(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY logistics_returnaddress
    ADD CONSTRAINT logistics_returnaddress_shop_id_898535ec_fk_accounts_shop_id FOREIGN KEY (shop_id) REFERENCES accounts_shop(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_message
    ADD CONSTRAINT message_order_same_shop FOREIGN KEY (shop_id, order_id) REFERENCES orders_order(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_message
    ADD CONSTRAINT message_ticket_same_shop FOREIGN KEY (shop_id, ticket_id) REFERENCES aftersales_ticket(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY orders_note
    ADD CONSTRAINT note_order_same_shop FOREIGN KEY (shop_id, order_id) REFERENCES orders_order(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_notedconsent
    ADD CONSTRAINT noted_consent_claim_same_shop FOREIGN KEY (shop_id, claim_id) REFERENCES aftersales_ticket(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_notedconsent
    ADD CONSTRAINT noted_consent_ticket_same_shop FOREIGN KEY (shop_id, ticket_id) REFERENCES aftersales_ticket(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY refunds_channelnotice
    ADD CONSTRAINT notice_refund_same_shop FOREIGN KEY (shop_id, refund_id) REFERENCES refunds_refund(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_offer
    ADD CONSTRAINT offer_ticket_same_shop FOREIGN KEY (shop_id, ticket_id) REFERENCES aftersales_ticket(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY orders_order
    ADD CONSTRAINT order_policy_same_shop FOREIGN KEY (shop_id, policy_id) REFERENCES accounts_policy(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY orders_order
    ADD CONSTRAINT orders_order_buyer_id_26195532_fk_accounts_user_id FOREIGN KEY (buyer_id) REFERENCES accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY orders_order
    ADD CONSTRAINT orders_order_shop_id_b562fb3d_fk_accounts_shop_id FOREIGN KEY (shop_id) REFERENCES accounts_shop(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY orders_sku
    ADD CONSTRAINT orders_sku_shop_id_59094757_fk_accounts_shop_id FOREIGN KEY (shop_id) REFERENCES accounts_shop(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY orders_warrantyterm
    ADD CONSTRAINT orders_warrantyterm_shop_id_8fcfcbee_fk_accounts_shop_id FOREIGN KEY (shop_id) REFERENCES accounts_shop(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_overridealarm
    ADD CONSTRAINT override_alarm_same_shop FOREIGN KEY (shop_id, override_id) REFERENCES aftersales_emergencyoverride(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_emergencyoverride
    ADD CONSTRAINT override_ticket_same_shop FOREIGN KEY (shop_id, ticket_id) REFERENCES aftersales_ticket(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY logistics_parcelevent
    ADD CONSTRAINT parcel_event_parcel_same_shop FOREIGN KEY (shop_id, parcel_id) REFERENCES logistics_parcel(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY logistics_parcelline
    ADD CONSTRAINT parcel_line_line_same_shop FOREIGN KEY (shop_id, line_id) REFERENCES orders_orderline(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY logistics_parcelline
    ADD CONSTRAINT parcel_line_parcel_same_shop FOREIGN KEY (shop_id, parcel_id) REFERENCES logistics_parcel(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY logistics_parcelline
    ADD CONSTRAINT parcel_line_sku_same_shop FOREIGN KEY (shop_id, sku_id) REFERENCES orders_sku(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY logistics_parcel
    ADD CONSTRAINT parcel_order_same_shop FOREIGN KEY (shop_id, order_id) REFERENCES orders_order(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY logistics_parcel
    ADD CONSTRAINT parcel_replaces_same_shop FOREIGN KEY (shop_id, replaces_id) REFERENCES logistics_parcel(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY refunds_payable
    ADD CONSTRAINT payable_order_same_shop FOREIGN KEY (shop_id, order_id) REFERENCES orders_order(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY orders_payment
    ADD CONSTRAINT payment_order_same_shop FOREIGN KEY (shop_id, order_id) REFERENCES orders_order(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY orders_promotion
    ADD CONSTRAINT promotion_order_same_shop FOREIGN KEY (shop_id, order_id) REFERENCES orders_order(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_readmark
    ADD CONSTRAINT read_mark_message_same_shop FOREIGN KEY (shop_id, message_id) REFERENCES aftersales_message(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_readmark
    ADD CONSTRAINT read_mark_order_same_shop FOREIGN KEY (shop_id, order_id) REFERENCES orders_order(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_readmark
    ADD CONSTRAINT read_mark_ticket_same_shop FOREIGN KEY (shop_id, ticket_id) REFERENCES aftersales_ticket(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY refunds_redirection
    ADD CONSTRAINT redirection_refund_same_shop FOREIGN KEY (shop_id, refund_id) REFERENCES refunds_refund(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY refunds_refund
    ADD CONSTRAINT refund_account_same_shop FOREIGN KEY (shop_id, merchant_account_id) REFERENCES refunds_merchantaccount(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY refunds_refund
    ADD CONSTRAINT refund_payment_same_shop FOREIGN KEY (shop_id, payment_id) REFERENCES orders_payment(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY refunds_refund
    ADD CONSTRAINT refund_retry_same_shop FOREIGN KEY (shop_id, retry_of_id) REFERENCES refunds_refund(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY refunds_merchantaccount
    ADD CONSTRAINT refunds_merchantaccount_shop_id_c489d7f8_fk_accounts_shop_id FOREIGN KEY (shop_id) REFERENCES accounts_shop(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY orders_reservation
    ADD CONSTRAINT reservation_sku_same_shop FOREIGN KEY (shop_id, sku_id) REFERENCES orders_sku(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_secondapproval
    ADD CONSTRAINT second_approval_ticket_same_shop FOREIGN KEY (shop_id, ticket_id) REFERENCES aftersales_ticket(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY accounts_shop
    ADD CONSTRAINT shop_policy_same_shop FOREIGN KEY (id, policy_id) REFERENCES accounts_policy(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY orders_stock
    ADD CONSTRAINT stock_sku_same_shop FOREIGN KEY (shop_id, sku_id) REFERENCES orders_sku(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_ticket
    ADD CONSTRAINT ticket_address_same_shop FOREIGN KEY (shop_id, return_address_id) REFERENCES logistics_returnaddress(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_ticket
    ADD CONSTRAINT ticket_difference_same_shop FOREIGN KEY (shop_id, difference_payment_id) REFERENCES orders_payment(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_ticketline
    ADD CONSTRAINT ticket_line_line_same_shop FOREIGN KEY (shop_id, line_id) REFERENCES orders_orderline(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_ticketline
    ADD CONSTRAINT ticket_line_new_same_shop FOREIGN KEY (shop_id, replacement_id) REFERENCES orders_orderline(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_ticketline
    ADD CONSTRAINT ticket_line_sku_same_shop FOREIGN KEY (shop_id, exchange_sku_id) REFERENCES orders_sku(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_ticketline
    ADD CONSTRAINT ticket_line_stock_same_shop FOREIGN KEY (shop_id, reservation_id) REFERENCES orders_reservation(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_ticketline
    ADD CONSTRAINT ticket_line_ticket_same_shop FOREIGN KEY (shop_id, ticket_id) REFERENCES aftersales_ticket(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_ticket
    ADD CONSTRAINT ticket_order_same_shop FOREIGN KEY (shop_id, order_id) REFERENCES orders_order(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_ticketparcel
    ADD CONSTRAINT ticket_parcel_parcel_same_shop FOREIGN KEY (shop_id, parcel_id) REFERENCES logistics_parcel(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_ticketparcel
    ADD CONSTRAINT ticket_parcel_ticket_same_shop FOREIGN KEY (shop_id, ticket_id) REFERENCES aftersales_ticket(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_ticketpayable
    ADD CONSTRAINT ticket_payable_payable_same_shop FOREIGN KEY (shop_id, payable_id) REFERENCES refunds_payable(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_ticketpayable
    ADD CONSTRAINT ticket_payable_ticket_same_shop FOREIGN KEY (shop_id, ticket_id) REFERENCES aftersales_ticket(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_ticketrefund
    ADD CONSTRAINT ticket_refund_refund_same_shop FOREIGN KEY (shop_id, refund_id) REFERENCES refunds_refund(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY aftersales_ticketrefund
    ADD CONSTRAINT ticket_refund_ticket_same_shop FOREIGN KEY (shop_id, ticket_id) REFERENCES aftersales_ticket(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY refunds_transfer
    ADD CONSTRAINT transfer_account_same_shop FOREIGN KEY (shop_id, merchant_account_id) REFERENCES refunds_merchantaccount(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY refunds_transfer
    ADD CONSTRAINT transfer_payable_same_shop FOREIGN KEY (shop_id, payable_id) REFERENCES refunds_payable(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY refunds_transfer
    ADD CONSTRAINT transfer_payment_same_shop FOREIGN KEY (shop_id, payment_id) REFERENCES orders_payment(shop_id, id) DEFERRABLE INITIALLY DEFERRED;

REVOKE ALL ON FUNCTION aftersales_erase_messages(shop bigint, of_order bigint, person bigint, by_kind text, by_name text, by_id bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION kernel_erase_person(person bigint, username text, until timestamp with time zone, by_kind text, by_name text, by_id bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION kernel_erase_texts(shop bigint, of_machine text, ids bigint[], person bigint, by_kind text, by_name text, by_id bigint) FROM PUBLIC;

