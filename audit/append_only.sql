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
