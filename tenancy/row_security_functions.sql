-- What row security asks. The schema belongs to the owner; running roles may call, never look inside.
CREATE SCHEMA rcm_security;
REVOKE ALL ON SCHEMA rcm_security FROM PUBLIC;
GRANT USAGE ON SCHEMA rcm_security TO rcm_app, rcm_worker, rcm_report, rcm_sealer;

CREATE TABLE rcm_security.context_key (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    inner_pad bytea NOT NULL,
    outer_pad bytea NOT NULL
);
REVOKE ALL ON rcm_security.context_key FROM PUBLIC, rcm_app, rcm_worker, rcm_report, rcm_sealer;

-- The verified parts of the context, NULL when none is set. After a transaction the setting is '' and not NULL.
-- now() is the transaction's start: a long posting does not outlive its own context.
CREATE FUNCTION rcm_security.context_parts() RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    setting text := current_setting('rcm.context', true);
    parts text[];
    pads record;
    expected text;
BEGIN
    IF setting IS NULL OR setting = '' THEN
        RETURN NULL;
    END IF;
    parts := string_to_array(setting, '|');
    SELECT inner_pad, outer_pad INTO pads FROM rcm_security.context_key;
    expected := encode(sha256(pads.outer_pad
        || sha256(pads.inner_pad || convert_to(array_to_string(parts[1:5], '|'), 'UTF8'))), 'hex');
    IF array_length(parts, 1) <> 6 OR expected IS DISTINCT FROM parts[6]
       OR parts[5]::bigint < extract(epoch FROM now()) THEN
        RAISE EXCEPTION 'the tenant context is forged or expired' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN parts;
END $$;

CREATE FUNCTION rcm_security.writable() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog AS
$$ SELECT nullif((rcm_security.context_parts())[1], '')::uuid $$;

CREATE FUNCTION rcm_security.readable() RETURNS uuid[]
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog AS
$$ SELECT string_to_array(nullif((rcm_security.context_parts())[2], ''), ',')::uuid[] $$;

CREATE FUNCTION rcm_security.person() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog AS
$$ SELECT nullif((rcm_security.context_parts())[3], '')::uuid $$;

CREATE FUNCTION rcm_security.request() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog AS
$$ SELECT nullif((rcm_security.context_parts())[4], '')::uuid $$;

CREATE FUNCTION rcm_security.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
