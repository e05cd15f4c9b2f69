"""Numbers are compared without width, case, blanks and hyphens: `kernel.numbers.comparable`, for indexes."""

from django.db import migrations

FORWARD = r"""
CREATE FUNCTION number_key(number text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT lower(regexp_replace(
        normalize(regexp_replace(number,
            U&'[\00AD\034F\061C\115F\1160\17B4\17B5\180B-\180E\200B-\200F\202A-\202E\2060-\206F\2800\3164\FE00-\FE0F\FEFF\FFA0\FFF9-\FFFB]',
            '', 'g'), NFKC),
        U&'[-\0009-\000D\001C-\0020\0085\00A0\1680\2000-\200A\2028\2029\202F\205F\3000\00AD\2010-\2015\2212\FE58\FE63\FF0D]+',
        '', 'g'))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0013_heartbeats")]

    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION number_key(text);")]
