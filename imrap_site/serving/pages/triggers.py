"""On PostgreSQL the stamp is one row, which triggers move in the transaction of each change.

At its end, so that two changes never wait for one another with other rows locked; once in each; and
to a value that never comes again, as a number would after a restored backup.
"""

from django.db import connections, transaction

# Tables of what pages are made of; by whatever program they are changed.
CONTENT = r"(profiles\_%|search\_entry)"
NOT_CONTENT = [
    "profiles_keptapart",
    "profiles_leftremark",
    "profiles_review",
    "profiles_sentform",
    "profiles_takenbackpreview",
    "profiles_typedtext",
]
FUNCTIONS = """
CREATE TABLE IF NOT EXISTS content_stamp (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only), stamp uuid NOT NULL);
INSERT INTO content_stamp (stamp) VALUES (gen_random_uuid()) ON CONFLICT DO NOTHING;
CREATE OR REPLACE FUNCTION move_content_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('site.moved', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
        INSERT INTO content_stamp (stamp) VALUES (gen_random_uuid())
            ON CONFLICT (is_only) DO UPDATE SET stamp = excluded.stamp;
        PERFORM set_config('site.moved', pg_current_xact_id()::text, true);
    END IF;
    RETURN NULL;
END $$;
"""
TRIGGERS = """
CREATE CONSTRAINT TRIGGER rows_changed AFTER INSERT OR UPDATE OR DELETE ON {0}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION move_content_stamp();
CREATE TRIGGER all_rows_went AFTER TRUNCATE ON {0}
    FOR EACH STATEMENT EXECUTE FUNCTION move_content_stamp();
"""
UNWATCHED = """
SELECT quote_ident(relname) FROM pg_class
WHERE relkind = 'r' AND pg_table_is_visible(oid) AND relname SIMILAR TO %s AND relname != ALL(%s)
AND NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = pg_class.oid AND tgname = 'rows_changed')
"""


def watch_tables(using="default", **kwargs):
    """Give each table of the content the triggers that it lacks."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    with transaction.atomic(using), connection.cursor() as cursor:
        cursor.execute(FUNCTIONS)
        cursor.execute(UNWATCHED, [CONTENT, NOT_CONTENT])
        for (table,) in cursor.fetchall():
            cursor.execute(TRIGGERS.format(table))
