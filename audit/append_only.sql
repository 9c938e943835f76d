-- Rights and row security of the audit tables. Running roles add and read; nobody who runs the product changes or removes.
REVOKE ALL ON audit_auditevent, audit_rowchange, audit_domainevent, audit_auditseal
    FROM rcm_app, rcm_worker, rcm_report, rcm_sealer;
GRANT SELECT ON audit_auditevent, audit_rowchange, audit_domainevent, audit_auditseal TO rcm_app, rcm_worker, rcm_report;

-- Not among the columns: transaction_id and recorded_at, which the database fills in by itself.
GRANT INSERT (id, organization_id, actor_kind, actor_id, role, on_behalf_of, session_id, verb, subject_type, subject_id,
    patient_id, purpose, outcome, request_id, correlation_id, field_names, item_count, data)
    ON audit_auditevent TO rcm_app, rcm_worker;
GRANT INSERT (id, organization_id, name, schema_version, occurred_at, actor_kind, actor_id, role, purpose, subject_type,
    subject_id, correlation_id, causation_id, idempotency_key, data)
    ON audit_domainevent TO rcm_app, rcm_worker;

-- The sealer reads every practice's rows and writes nothing but seals.
GRANT SELECT ON audit_auditevent, audit_rowchange, audit_domainevent TO rcm_sealer;
GRANT SELECT, INSERT ON audit_auditseal TO rcm_sealer;
GRANT SELECT, UPDATE (state, rows_checked, rows_total, verified_until, findings, finished_at)
    ON audit_sealverification TO rcm_sealer;
CREATE POLICY sealer_select ON audit_sealverification FOR SELECT TO rcm_sealer USING (true);
CREATE POLICY sealer_update ON audit_sealverification FOR UPDATE TO rcm_sealer USING (true) WITH CHECK (true);
REVOKE ALL ON audit_sealverification FROM rcm_app, rcm_worker;
GRANT SELECT ON audit_sealverification TO rcm_app, rcm_worker;
GRANT INSERT (id, organization_id, requested_by_id, state, rows_checked, rows_total, verified_until, findings,
    finished_at) ON audit_sealverification TO rcm_app, rcm_worker;

ALTER TABLE audit_auditevent ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_auditevent FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_select ON audit_auditevent FOR SELECT TO rcm_app, rcm_worker, rcm_report
    USING (organization_id = ANY ((SELECT rcm_security.readable())::uuid[])
        -- Sign-ins belong to no practice; a practice sees those of the people it ever gave a right.
        OR (organization_id IS NULL AND actor_id IN (
            SELECT person_id FROM tenancy_grant
            WHERE practice_id = ANY ((SELECT rcm_security.readable())::uuid[]))));
CREATE POLICY tenant_insert ON audit_auditevent FOR INSERT TO rcm_app, rcm_worker
    WITH CHECK (organization_id IS NULL
        OR organization_id = (SELECT rcm_security.writable())
        OR organization_id = ANY ((SELECT rcm_security.readable())::uuid[]));
CREATE POLICY sealer_select ON audit_auditevent FOR SELECT TO rcm_sealer USING (true);

ALTER TABLE audit_rowchange ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_rowchange FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_select ON audit_rowchange FOR SELECT TO rcm_app, rcm_worker, rcm_report
    USING (organization_id = ANY ((SELECT rcm_security.readable())::uuid[]));
CREATE POLICY trigger_insert ON audit_rowchange FOR INSERT TO rcm_owner WITH CHECK (true);
CREATE POLICY sealer_select ON audit_rowchange FOR SELECT TO rcm_sealer USING (true);

ALTER TABLE audit_domainevent ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_domainevent FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_select ON audit_domainevent FOR SELECT TO rcm_app, rcm_worker, rcm_report
    USING (organization_id = ANY ((SELECT rcm_security.readable())::uuid[]));
CREATE POLICY tenant_insert ON audit_domainevent FOR INSERT TO rcm_app, rcm_worker
    WITH CHECK (organization_id = (SELECT rcm_security.writable()));
CREATE POLICY sealer_select ON audit_domainevent FOR SELECT TO rcm_sealer USING (true);

-- The triggers below run as the owner, so the running roles need no right to write row changes themselves.
CREATE FUNCTION rcm_security.watch_insert() RETURNS trigger
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
CREATE FUNCTION rcm_security.watch_update() RETURNS trigger
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
        INSERT INTO audit_rowchange (organization_id, table_name, operation, row_id, row_count, patient_id,
                                     field_names, before, after, person_id, request_id)
        SELECT o.organization_id, $1, 'UPDATE', o.id, 1, %4$s, array_remove(ARRAY[%1$s], NULL),
               ('{' || concat_ws(',', %2$s) || '}')::jsonb,
               CASE WHEN n.id IS NOT NULL THEN ('{' || concat_ws(',', %3$s) || '}')::jsonb END, $2, $3
        FROM old_rows AS o LEFT JOIN new_rows AS n ON n.id = o.id
        WHERE num_nonnulls(%1$s) > 0
        $statement$,
        changed_names, old_values, new_values,
        CASE WHEN TG_ARGV[1] = '' THEN 'NULL::uuid' ELSE format('o.%I', TG_ARGV[1]) END)
    USING TG_TABLE_NAME, rcm_security.person(), rcm_security.request();
    RETURN NULL;
END $$;

CREATE FUNCTION rcm_security.watch_delete() RETURNS trigger
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
