//! The list of recurring invoices in an order of choice.

use billing::Frequency;
use db::{OrgTx, args};
use money::Currency;

use super::{
    ListRecurring, RecurringInvoice, RecurringStatus,
    store::{self, columns},
};
use crate::{
    error::Result,
    http::{Column, List, PageQuery, Sort},
    ids::RecurringInvoiceId,
    like,
};

/// What the list can be sorted by.
pub const COLUMNS: [Column; 6] = [
    column("name", "Name"),
    column("client", "Client"),
    Column {
        numeric: true,
        falls: true,
        ..column("amount", "Amount")
    },
    column("frequency", "Frequency"),
    column("next", "Next invoice"),
    column("status", "Status"),
];

/// The earliest next date first.
pub const USUAL: Sort = Sort {
    column: "next",
    falling: false,
};

/// The places of all that the filter leaves are put in order, and only what is shown is read. The place of a row: texts go up or
/// down with the statement; amounts are multiplied by the direction, so that other currencies than the organization's own come last
/// either way.
macro_rules! list {
    ($after:literal, $order:literal, $shown:literal) => {
        concat!(
            columns!(),
            ", placed.place_text, placed.place_number from (select * from (select r.id,
                case cast($6 as text) when 'name' then r.search_text when 'client' then c.sort_name
                    when 'status' then case r.status when 'active' then '1' when 'paused' then '2' when 'ended' then '3' else '4' end
                    when 'next' then r.next_invoice_date
                    when 'frequency' then case r.frequency when 'weekly' then '1' when 'monthly' then '2' when 'quarterly' then '3'
                        when 'semi_annual' then '4' else '5' end
                    else case when c.currency = cast($8 as text) then '' else c.currency end end as place_text,
                case cast($6 as text) when 'amount' then r.lines_minor else 0 end * cast($7 as bigint) as place_number
                from recurring_invoice r join client c on c.organization_id = r.organization_id and c.id = r.client_id
                where r.organization_id = $1
                    and (cast($2 as text) is null or r.client_id = $2)
                    and (cast($3 as text) is null or r.status = $3)
                    and (cast($4 as text) is null or r.frequency = $4)
                    and (cast($5 as text) is null or r.search_text like $5 escape '\\' or c.search_text like $5 escape '\\')) l
            where cast($9 as text) is null or (place_text, place_number, id) ",
            $after,
            " ($9, $10, $11) order by ",
            $order,
            " limit $12) placed
            join recurring_invoice r on r.organization_id = $1 and r.id = placed.id
            join client c on c.organization_id = r.organization_id and c.id = r.client_id order by ",
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

const fn column(name: &'static str, label: &'static str) -> Column {
    Column {
        name,
        label,
        numeric: false,
        falls: false,
    }
}

/// A page of recurring invoices in an order; the amount is that of their own lines. Amounts of different currencies are never
/// compared: those in the currency `first` come first.
///
/// # Errors
/// When the page asked for is refused.
pub async fn list_sorted(
    tx: &mut OrgTx,
    filter: &ListRecurring,
    sort: Sort,
    first: Option<Currency>,
    page: &PageQuery,
) -> Result<List<RecurringInvoice>> {
    let paging = sort.paging::<RecurringInvoiceId>(page)?;
    let after = paging.after.as_ref();
    let by_amount = sort.column == "amount";
    let args = args![
        filter.client_id,
        filter.status.map(RecurringStatus::as_str),
        filter.frequency.map(Frequency::code),
        filter.q.as_deref().and_then(like::containing),
        sort.column,
        if by_amount { sort.factor() } else { 1 },
        first.map(Currency::code),
        after.map(|it| it.text.as_str()),
        after.map(|it| it.number),
        after.map(|it| it.id),
        paging.fetch()
    ];
    let statement = match sort.falling && !by_amount {
        true => &LIST_FALLING,
        false => &LIST_RISING,
    };
    let rows = tx.fetch_all(statement, args).await?;
    let invoices = store::all_with_lines(tx, &rows).await?;
    let placed = rows.iter().zip(invoices).map(|(row, invoice)| {
        let (text, number) = (row.get("place_text")?, row.get("place_number")?);
        Ok((sort.key(text, number, invoice.id), invoice))
    });
    let placed = placed.collect::<Result<Vec<_>>>()?;
    let list = paging.list(placed, |(key, _)| key.clone())?;
    Ok(list.map(|(_, invoice)| invoice))
}
