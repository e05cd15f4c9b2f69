"""A membership counts once the person has accepted it. Those that are there count already."""

from django.db import migrations, models

# What a token ends with (0005) is a membership that counts: an invitation must not log anybody out.
TOKENS = """
DROP TRIGGER accounts_membership_end_tokens ON accounts_membership;
DROP TRIGGER accounts_membership_change_ends_tokens ON accounts_membership;
CREATE TRIGGER accounts_membership_begins
    AFTER INSERT ON accounts_membership FOR EACH ROW
    WHEN (NEW.accepted_at IS NOT NULL) EXECUTE FUNCTION accounts_end_tokens();
CREATE TRIGGER accounts_membership_ends
    AFTER DELETE ON accounts_membership FOR EACH ROW
    WHEN (OLD.accepted_at IS NOT NULL) EXECUTE FUNCTION accounts_end_tokens();
CREATE TRIGGER accounts_membership_changes
    AFTER UPDATE OF role, user_id, shop_id, accepted_at ON accounts_membership FOR EACH ROW
    WHEN ((OLD.accepted_at IS NOT NULL OR NEW.accepted_at IS NOT NULL)
        AND (OLD.role, OLD.user_id, OLD.shop_id, OLD.accepted_at IS NULL)
        IS DISTINCT FROM (NEW.role, NEW.user_id, NEW.shop_id, NEW.accepted_at IS NULL))
    EXECUTE FUNCTION accounts_end_tokens();
"""

TOKENS_BACK = """
DROP TRIGGER accounts_membership_begins ON accounts_membership;
DROP TRIGGER accounts_membership_ends ON accounts_membership;
DROP TRIGGER accounts_membership_changes ON accounts_membership;
CREATE TRIGGER accounts_membership_end_tokens
    AFTER INSERT OR DELETE ON accounts_membership FOR EACH ROW EXECUTE FUNCTION accounts_end_tokens();
CREATE TRIGGER accounts_membership_change_ends_tokens
    AFTER UPDATE OF role, user_id, shop_id ON accounts_membership FOR EACH ROW
    WHEN ((OLD.role, OLD.user_id, OLD.shop_id) IS DISTINCT FROM (NEW.role, NEW.user_id, NEW.shop_id))
    EXECUTE FUNCTION accounts_end_tokens();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_tokens_that_end")]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="accepted_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="accepted"),
        ),
        migrations.RunSQL("UPDATE accounts_membership SET accepted_at = now()", migrations.RunSQL.noop),
        migrations.RunSQL(TOKENS, TOKENS_BACK),
    ]
