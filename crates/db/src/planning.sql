-- SQLite only. Its planner takes every column of an index to tell rows apart, the organization's id too, and so goes through all rows of
-- an organization where another index leads to a few. Statistics made by hand say that ten organizations share each table, that every
-- further column tells apart one of a hundred, and that an index of some rows has few. So plans are the same everywhere and always,
-- whatever is in the tables.
analyze schema_migration;
delete from sqlite_stat1;
insert into sqlite_stat1 (tbl, idx, stat)
select tbl, idx, rows || ' ' || group_concat(
    case when is_unique and seqno = last then 1 else max(rows / case seqno + own when 0 then 10 when 1 then 1000 when 2 then 100000 else 1000000 end, 2) end, ' ')
from (
    select t.name as tbl, i.name as idx, i."unique" as is_unique, c.seqno, case when i.partial then 100000 else 1000000 end as rows,
        (select max(seqno) from pragma_index_info(i.name)) as last,
        (select name <> 'organization_id' from pragma_index_info(i.name) where seqno = 0) as own
    from sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
    where t.type = 'table' and t.name not like 'sqlite_%'
    order by t.name, i.name, c.seqno)
group by tbl, idx, rows;
analyze sqlite_schema;
