-- What must hold in the books, whoever writes: SQL by hand and bulk statements too.

-- The application cannot say in which transaction an entry was made.
CREATE FUNCTION ledger_stamp_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    NEW.transaction_id := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_stamp_entry BEFORE INSERT ON ledger_journalentry
    FOR EACH ROW EXECUTE FUNCTION ledger_stamp_entry();

-- Only postings this transaction may see count: an entry whose postings were hidden by a changed scope is refused.
CREATE FUNCTION ledger_entry_balances() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_catalog AS $$
DECLARE
    legs bigint;
    total numeric;
BEGIN
    -- By entry alone: row security adds the organisation, and a plan made while the table was small still finds them.
    SELECT count(*), COALESCE(sum(amount_cents), 0) INTO legs, total
    FROM ledger_posting WHERE entry_id = NEW.id;
    IF legs < 2 OR total <> 0 THEN
        RAISE EXCEPTION 'entry % does not balance: % visible postings sum to %', NEW.id, legs, total
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_balances AFTER INSERT ON ledger_journalentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balances();

-- An entry's postings come in its own transaction, each statement's share summing to zero: what is added after the
-- entry was checked cannot unbalance it either.
CREATE FUNCTION ledger_postings_belong() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_catalog AS $$
DECLARE
    stray uuid;
BEGIN
    SELECT added.entry_id INTO stray
    FROM added LEFT JOIN ledger_journalentry AS entry
        ON entry.organization_id = added.organization_id AND entry.id = added.entry_id
    WHERE entry.transaction_id IS DISTINCT FROM pg_current_xact_id()::text::bigint LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % was made in another transaction', stray USING ERRCODE = 'check_violation';
    END IF;
    SELECT entry_id INTO stray FROM added GROUP BY entry_id HAVING sum(amount_cents) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'postings of entry % do not sum to zero', stray USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_postings_belong AFTER INSERT ON ledger_posting
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_postings_belong();
