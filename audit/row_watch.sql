-- The row triggers run as the owner, so the running roles need no right to write row changes themselves.
CREATE OR REPLACE FUNCTION rcm_security.watch_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO audit_rowchange (organization_id, table_name, operation, row_id, row_ids, row_count, field_names,
                                 person_id, request_id)
    SELECT organization_id, TG_TABLE_NAME, 'INSERT', CASE WHEN count(*) = 1 THEN (array_agg(id))[1] END,
           array_agg(id), count(*), '{}', rcm_security.person(), rcm_security.request()
    FROM new_rows GROUP BY organization_id;
    RETURN NULL;
END $$;

-- Arguments: the columns nobody asks about, joined by commas; the column that names the patient, or ''.
-- Written out column by column, so that only what changed is turned into JSON: whole rows cost several times as much.
-- The rows of a statement get one UUIDv7 and count on from it in its last four bytes.
CREATE OR REPLACE FUNCTION rcm_security.watch_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    ignored text[] := string_to_array(TG_ARGV[0], ',');
    changed_names text;
    old_values text;
    new_values text;
    one_value text := 'CASE WHEN o.%1$I IS DISTINCT FROM n.%1$I THEN %2$L || coalesce(to_json(%3$s.%1$I)::text, ''null'') END';
BEGIN
    SELECT string_agg(format('CASE WHEN o.%1$I IS DISTINCT FROM n.%1$I THEN %1$L END', attname), ', '),
           string_agg(format(one_value, attname, to_json(attname::text) || ':', 'o'), ', '),
           string_agg(format(one_value, attname, to_json(attname::text) || ':', 'n'), ', ')
    INTO changed_names, old_values, new_values
    FROM pg_attribute
    WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped AND attname::text <> ALL (ignored);
    EXECUTE format(
        $statement$
        INSERT INTO audit_rowchange (id, organization_id, table_name, operation, row_id, row_count, patient_id,
                                     field_names, before, after, person_id, request_id)
        SELECT encode(overlay($4 PLACING int4send((row_number() OVER ())::integer) FROM 13), 'hex')::uuid,
               o.organization_id, $1, 'UPDATE', o.id, 1, %4$s, array_remove(ARRAY[%1$s], NULL),
               ('{' || concat_ws(',', %2$s) || '}')::jsonb,
               CASE WHEN n.id IS NOT NULL THEN ('{' || concat_ws(',', %3$s) || '}')::jsonb END, $2, $3
        FROM old_rows AS o LEFT JOIN new_rows AS n ON n.id = o.id
        WHERE num_nonnulls(%1$s) > 0
        $statement$,
        changed_names, old_values, new_values,
        CASE WHEN TG_ARGV[1] = '' THEN 'NULL::uuid' ELSE format('o.%I', TG_ARGV[1]) END)
    USING TG_TABLE_NAME, rcm_security.person(), rcm_security.request(), uuid_send(rcm_security.uuid7());
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION rcm_security.watch_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO audit_rowchange (organization_id, table_name, operation, row_id, row_count, patient_id, field_names,
                                 before, person_id, request_id)
    SELECT o.organization_id, TG_TABLE_NAME, 'DELETE', o.id, 1, (to_jsonb(o) ->> TG_ARGV[1])::uuid, '{}',
           to_jsonb(o), rcm_security.person(), rcm_security.request()
    FROM old_rows AS o;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION rcm_security.watch_insert(), rcm_security.watch_update(), rcm_security.watch_delete() FROM PUBLIC;
