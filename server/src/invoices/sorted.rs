//! The list of invoices in an order of choice.

use db::{OrgTx, args};
use money::Currency;

use super::{Filter, Invoice, filter::filtered, row::read, store};
use crate::{
    error::Result,
    http::{Column, List, PageQuery, Sort},
    ids::InvoiceId,
};

/// What the list can be sorted by.
pub const COLUMNS: [Column; 7] = [
    column("number", "Number", true),
    column("client", "Client", false),
    column("issued", "Issued", true),
    column("due", "Due", false),
    amount("total", "Total"),
    amount("balance", "Balance"),
    column("status", "Status", false),
];

/// The latest first, as they were made.
pub const USUAL: Sort = Sort {
    column: "",
    falling: true,
};

/// The places of all that the filter leaves are put in order, and only what is shown is read. The place of a row: texts go up or down with the statement; numbers are multiplied by the direction, so that what has no
/// date, and other currencies than the organization's own, come last either way.
macro_rules! list {
    ($after:literal, $order:literal, $shown:literal) => {
        concat!(
            "select invoice.*, placed.place_text, placed.place_number from (select * from (select id,
                case cast($9 as text) when 'number' then coalesce(number, '') when 'client' then lower(client_name)
                    when 'status' then case status when 'draft' then '1' when 'issued' then '2' when 'partially_paid' then '3'
                        when 'paid' then '4' else '5' end
                    when 'issued' then case when issue_date is null then '1' else '0' end
                    when 'due' then case when due_date is null then '1' else '0' end
                    else case when currency = $11 then '' else currency end end as place_text,
                coalesce(case cast($9 as text) when 'issued' then cast(replace(issue_date, '-', '') as bigint)
                    when 'due' then cast(replace(due_date, '-', '') as bigint)
                    when 'total' then total_minor
                    when 'balance' then case when status = 'void' then 0 else total_minor - paid_minor end
                    else 0 end, 0) * cast($10 as bigint) as place_number
                from invoice where ",
            filtered!(),
            ") l
            where cast($12 as text) is null or (place_text, place_number, id) ",
            $after,
            " ($12, $13, $14) order by ",
            $order,
            " limit $15) placed
            join invoice on invoice.organization_id = $1 and invoice.id = placed.id order by ",
            $shown
        )
    };
}

db::statements! {
    org LIST_RISING = list!(">", "place_text, place_number, id",
        "placed.place_text, placed.place_number, placed.id");
    org LIST_FALLING = list!("<", "place_text desc, place_number desc, id desc",
        "placed.place_text desc, placed.place_number desc, placed.id desc");
}

const fn column(name: &'static str, label: &'static str, falls: bool) -> Column {
    Column {
        name,
        label,
        numeric: false,
        falls,
    }
}

const fn amount(name: &'static str, label: &'static str) -> Column {
    Column {
        name,
        label,
        numeric: true,
        falls: true,
    }
}

/// A page of invoices in an order; their lines are left out. Amounts of different currencies are never compared: those in the currency
/// `first` come first.
///
/// # Errors
/// When the page asked for is refused.
pub async fn list_sorted(
    tx: &mut OrgTx,
    filter: &Filter,
    sort: Sort,
    first: Currency,
    page: &PageQuery,
) -> Result<List<Invoice>> {
    if sort == USUAL {
        return store::list(tx, filter, &page.paging()?).await;
    }
    let paging = sort.paging::<InvoiceId>(page)?;
    let after = paging.after.as_ref();
    let by_text = matches!(sort.column, "number" | "client" | "status");
    let mut args = filter.args();
    args.extend(args![
        sort.column,
        if by_text { 1 } else { sort.factor() },
        first.code(),
        after.map(|it| it.text.as_str()),
        after.map(|it| it.number),
        after.map(|it| it.id),
        paging.fetch()
    ]);
    let statement = match by_text && sort.falling {
        true => &LIST_FALLING,
        false => &LIST_RISING,
    };
    let rows = tx.fetch_all(statement, args).await?;
    let placed = rows.iter().map(|row| {
        let (text, number) = (row.get("place_text")?, row.get("place_number")?);
        let invoice = read(row)?;
        Ok((sort.key(text, number, invoice.id), invoice))
    });
    let placed = placed.collect::<Result<Vec<_>>>()?;
    let list = paging.list(placed, |(key, _)| key.clone())?;
    Ok(list.map(|(_, invoice)| invoice))
}
