-- Postgres only. The setting is read once a statement, not once a row, by standing in a query of its own; and as a choice it
-- misleads no estimate of how many rows an organization has, which a second comparison beside the statement's own would.
do $$
declare
    found record;
begin
    for found in
        select c.relname as table_name, a.attname as column_name
        from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not a.attisdropped
        and (a.attname = 'organization_id' or (c.relname = 'organization' and a.attname = 'id'))
        and not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'own_rows')
    loop
        execute format('alter table %I enable row level security', found.table_name);
        execute format('alter table %I force row level security', found.table_name);
        execute format('create policy own_rows on %I using (case (select current_setting(''ascent.organization'', true))
            when ''*'' then true when %I then true else false end)', found.table_name, found.column_name);
    end loop;
end
$$
