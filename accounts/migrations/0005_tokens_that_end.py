"""Tokens end with what they were given for: a change of password, of role or of membership, and the end of the user.

The plain tokens of before are removed with their table: nothing tells how old they are or who has seen them.
"""

from django.db import migrations

FORWARD = """
DROP TABLE IF EXISTS authtoken_token;
DELETE FROM django_migrations WHERE app = 'authtoken';

CREATE FUNCTION accounts_end_tokens() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE TRIGGER accounts_user_end_tokens
    AFTER UPDATE OF password, is_active, support_role, is_superuser ON accounts_user FOR EACH ROW
    WHEN ((OLD.password, OLD.is_active, OLD.support_role, OLD.is_superuser)
        IS DISTINCT FROM (NEW.password, NEW.is_active, NEW.support_role, NEW.is_superuser))
    EXECUTE FUNCTION accounts_end_tokens();
CREATE TRIGGER accounts_membership_end_tokens
    AFTER INSERT OR DELETE ON accounts_membership FOR EACH ROW EXECUTE FUNCTION accounts_end_tokens();
CREATE TRIGGER accounts_membership_change_ends_tokens
    AFTER UPDATE OF role, user_id, shop_id ON accounts_membership FOR EACH ROW
    WHEN ((OLD.role, OLD.user_id, OLD.shop_id) IS DISTINCT FROM (NEW.role, NEW.user_id, NEW.shop_id))
    EXECUTE FUNCTION accounts_end_tokens();
"""

BACKWARD = """
DROP TRIGGER accounts_membership_change_ends_tokens ON accounts_membership;
DROP TRIGGER accounts_membership_end_tokens ON accounts_membership;
DROP TRIGGER accounts_user_end_tokens ON accounts_user;
DROP FUNCTION accounts_end_tokens();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_policy_of_its_shop"), ("knox", "0009_extend_authtoken_field")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
