//! Every SQL statement about lists of tokens.

use db::{OrgTx, Row, args};

use super::{ApiToken, TokenOwner, Whose};
use crate::{
    accounts::{PermissionSet, store::token_scope},
    error::Result,
    http::Paging,
    ids::ApiTokenId,
};

db::statements! {
    org LIST = "select t.id, t.name, t.hint, t.account_id, a.name as account_name, a.email, t.created_at, t.last_used_at, t.expires_at, t.read_only, t.permissions
        from api_token t join account a on a.id = t.account_id
        where t.organization_id = $1 and (cast($2 as text) is null or t.account_id = $2)
        and (cast($3 as text) is null or t.id < $3) order by t.id desc limit $4";
    org FIND = "select t.id, t.name, t.hint, t.account_id, a.name as account_name, a.email, t.created_at, t.last_used_at, t.expires_at, t.read_only, t.permissions
        from api_token t join account a on a.id = t.account_id where t.organization_id = $1 and t.id = $2";
    org DELETE = "delete from api_token where organization_id = $1 and id = $2";
}

pub(super) async fn list(
    tx: &mut OrgTx,
    whose: Whose,
    page: &Paging<ApiTokenId>,
) -> Result<Vec<ApiToken>> {
    let account = match whose {
        Whose::Of(account) => Some(account),
        Whose::Everybodys => None,
    };
    let args = args![account, page.after, page.fetch()];
    let rows = tx.fetch_all(&LIST, args).await?;
    rows.iter().map(read).collect()
}

pub(super) async fn find(tx: &mut OrgTx, id: ApiTokenId) -> Result<Option<ApiToken>> {
    let row = tx.fetch_optional(&FIND, args![id]).await?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn delete(tx: &mut OrgTx, id: ApiTokenId) -> Result<()> {
    tx.execute(&DELETE, args![id]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<ApiToken> {
    let scope = token_scope(row, "permissions")?;
    Ok(ApiToken {
        id: row.get("id")?,
        name: row.get("name")?,
        hint: row.get("hint")?,
        owner: TokenOwner {
            id: row.get("account_id")?,
            name: row.get("account_name")?,
            email: row.get("email")?,
        },
        created_at: row.get("created_at")?,
        last_used_at: row.get("last_used_at")?,
        expires_at: row.get("expires_at")?,
        read_only: scope.read_only,
        permissions: scope.permissions.as_ref().map(PermissionSet::names),
    })
}
