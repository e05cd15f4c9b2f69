"""Nobody is both a member of a shop and support (or administrator): whichever comes second is refused.

A person who is both loses the memberships: `actor_for` let the membership win, which took support's rights from them.
"""

from django.db import migrations

BOTH = """
DELETE FROM accounts_membership m USING accounts_user u
    WHERE u.id = m.user_id AND (u.support_role <> '' OR u.is_superuser);
"""

FORWARD = """
CREATE FUNCTION accounts_member_is_not_support() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER accounts_member_is_not_support
    BEFORE INSERT OR UPDATE OF user_id, accepted_at ON accounts_membership
    FOR EACH ROW EXECUTE FUNCTION accounts_member_is_not_support();

CREATE FUNCTION accounts_support_is_no_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- An invitation that nobody accepted must not keep a person from support.
    DELETE FROM accounts_membership WHERE user_id = NEW.id AND accepted_at IS NULL;
    IF EXISTS (SELECT 1 FROM accounts_membership WHERE user_id = NEW.id) THEN
        RAISE EXCEPTION 'a member of a shop cannot be support'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'support_not_member';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_support_is_no_member
    BEFORE UPDATE OF support_role, is_superuser ON accounts_user FOR EACH ROW
    WHEN ((NEW.support_role <> '' OR NEW.is_superuser) AND NOT (OLD.support_role <> '' OR OLD.is_superuser))
    EXECUTE FUNCTION accounts_support_is_no_member();
"""

BACKWARD = """
DROP TRIGGER accounts_support_is_no_member ON accounts_user;
DROP FUNCTION accounts_support_is_no_member();
DROP TRIGGER accounts_member_is_not_support ON accounts_membership;
DROP FUNCTION accounts_member_is_not_support();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_memberships_are_accepted")]

    operations = [
        migrations.RunSQL(BOTH, migrations.RunSQL.noop),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
