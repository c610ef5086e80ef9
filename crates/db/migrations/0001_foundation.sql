-- Everything the main path needs. One text for SQLite and Postgres.
--
-- Types: text (also decimals, dates as YYYY-MM-DD, ids, JSON), bigint (also instants in milliseconds since the Unix epoch,
-- amounts in the currency's minor unit), boolean.
--
-- The organization comes first in every key and index, so that the rows can be spread over machines by it. Some tables are kept
-- whole on each instead: `organization`, whose id it is, `account`, a person who may work for several, with what belongs to the
-- person, `sign_in_attempt` and `refused_attempt`, where nobody is known yet, and `vault`. A test looks.

-- The installation's one row: which master key wraps the data keys of organizations, so that a wrong one is noticed.
create table vault (
    id text primary key,
    -- The beginning of the key's digest.
    master_key_id text not null
);

create table organization (
    id text primary key,
    slug text not null unique,
    name text not null,
    currency text not null,
    timezone text not null,
    -- The data key of this organization, wrapped by the installation's master key.
    data_key text not null,
    address text not null default '',
    email text not null default '',
    tax_id text not null default '',
    page_size text not null default 'a4',
    -- What parts of a period are counted in when it is prorated: days, months.
    proration_basis text not null default 'days',
    -- How the lines of subscriptions are worded, with placeholders; empty: product and term.
    line_text text not null default '',
    -- Whether lines of nothing are printed, and equal lines as one.
    print_zero_lines boolean not null default true,
    group_lines boolean not null default false,
    -- Their mails: with placeholders; empty: the usual words.
    mail_subject text not null default '',
    mail_text text not null default '',
    -- Numbers of invoices: what stands before, at least how many digits, and which one comes next.
    invoice_prefix text not null default 'INV-',
    invoice_digits bigint not null default 4,
    next_invoice_number bigint not null default 1,
    -- Whether its members need a second factor.
    second_factor_required boolean not null default false,
    -- When the next daily billing run is due.
    next_billing_at bigint not null,
    -- When the conditions of its alerts are looked at next.
    next_alerts_at bigint not null default 0,
    -- Raised by every change of its settings, so that a stale save is noticed.
    version bigint not null default 1,
    created_at bigint not null
);
create index organization_billing_due on organization (next_billing_at, id);
create index organization_alerts_due on organization (next_alerts_at, id);

-- Raised by every transaction that changes what kept figures are made of. Apart from the organization, which others lock too.
create table kept_version (
    organization_id text primary key references organization (id),
    version bigint not null
);

-- The signs that the organization prints or printed on its invoices, as PNG files that were read in full before they came here.
create table organization_logo (
    organization_id text not null references organization (id),
    -- The file's fingerprint: a sign that comes back is the same row.
    id text not null,
    png_base64 text not null,
    -- Printed on drafts, and on what is issued from now on.
    is_current boolean not null,
    primary key (organization_id, id)
);
create unique index organization_logo_current on organization_logo (organization_id) where is_current;

-- A tax that the organization charges on the sum of the taxable lines of an invoice.
create table tax_rate (
    organization_id text not null references organization (id),
    position bigint not null,
    name text not null,
    percent text not null,
    primary key (organization_id, position)
);

create table organization_feature (
    organization_id text not null references organization (id),
    feature text not null,
    primary key (organization_id, feature)
);

-- A person who can sign in. What they may do is said by their membership of an organization.
create table account (
    id text primary key,
    email text not null unique,
    name text not null,
    -- Null: invited, and no password chosen yet.
    password_hash text,
    -- The password was chosen by whoever invited them and may be known to that organization.
    password_given boolean not null default false,
    created_at bigint not null
);

-- The second factor of an account: the secret that it shares with an authenticator app.
create table second_factor (
    account_id text primary key references account (id),
    -- Sealed under the master key, for this account.
    secret_sealed text not null,
    -- Null: no code of it was entered yet, and nothing asks for one.
    confirmed_at bigint,
    -- The step of the last code that was accepted; that one and those before it work no more.
    last_step bigint not null default 0,
    created_at bigint not null
);

-- Codes for when the app is gone. Using one deletes it.
create table recovery_code (
    account_id text not null references account (id),
    -- Digest of the code.
    id text not null,
    primary key (account_id, id)
);

-- A browser in which somebody has signed in: guesses at their password made elsewhere do not lock them out of it.
create table known_browser (
    account_id text not null references account (id),
    -- Digest of what its cookie holds.
    id text not null,
    expires_at bigint not null,
    primary key (account_id, id)
);

-- Attempts to prove who one is, until one succeeds or some time has passed.
create table sign_in_attempt (
    -- Digest of what they are counted by: a typed address, whether it has an account or not; a place; a browser; a session.
    subject_digest text primary key,
    attempts bigint not null,
    -- From then on the attempts count no more. With too many of them: no sign-in before.
    expires_at bigint not null
);
create index sign_in_attempt_expires on sign_in_attempt (expires_at);

-- What was refused of these within an hour, for two days: who guesses slowly is seen in the sum.
create table refused_attempt (
    -- Digest of what they are counted by: a typed address, whether it has an account or not, or the codes of an account.
    subject_digest text not null,
    -- Hours since the Unix epoch.
    hour bigint not null,
    refused bigint not null,
    primary key (subject_digest, hour)
);
create index refused_attempt_hour on refused_attempt (hour);

create table custom_role (
    organization_id text not null references organization (id),
    id text not null,
    name text not null,
    -- The name in lower case, by the program.
    sort_name text not null,
    -- A JSON list of names.
    permissions text not null,
    version bigint not null,
    created_at bigint not null,
    primary key (organization_id, id)
);
create unique index custom_role_name on custom_role (organization_id, sort_name);

create table membership (
    organization_id text not null references organization (id),
    account_id text not null references account (id),
    role text not null,
    custom_role_id text,
    version bigint not null default 1,
    created_at bigint not null,
    -- Null: invited, and the link not used yet. Such a membership opens nothing.
    joined_at bigint,
    primary key (organization_id, account_id),
    foreign key (organization_id, custom_role_id) references custom_role (organization_id, id)
);

create table session (
    organization_id text not null references organization (id),
    -- Digest of the cookie's secret.
    id text not null,
    account_id text not null references account (id),
    csrf_token text not null,
    created_at bigint not null,
    last_seen_at bigint not null,
    expires_at bigint not null,
    -- When its person last proved who they are.
    confirmed_at bigint not null,
    -- The browser in words, and where from it came; empty and null: not known.
    device text not null default '',
    remote_address text,
    primary key (organization_id, id)
);
create index session_expires on session (organization_id, expires_at);

-- A link by which somebody who was invited joins: with their account, or with the first password of a new one. It works once.
create table invitation (
    organization_id text not null references organization (id),
    -- Digest of the link's secret.
    id text not null,
    account_id text not null references account (id),
    created_at bigint not null,
    expires_at bigint not null,
    primary key (organization_id, id)
);
create index invitation_account on invitation (organization_id, account_id);

create table api_token (
    organization_id text not null references organization (id),
    id text not null,
    account_id text not null references account (id),
    name text not null,
    token_hash text not null,
    hint text not null,
    -- It reads only.
    read_only boolean not null default false,
    -- A JSON list of names, of which its owner may have lost some; null: all that its owner may.
    permissions text,
    created_at bigint not null,
    last_used_at bigint,
    expires_at bigint,
    primary key (organization_id, id)
);
create unique index api_token_hash on api_token (organization_id, token_hash);

-- Requests that carry an Idempotency-Key, for a day: recorded before the work, answered after it.
create table idempotency_key (
    organization_id text not null references organization (id),
    account_id text not null,
    idempotency_key text not null,
    -- Sealed: the digest of method, path and body.
    request_sealed text not null,
    started_at bigint not null,
    -- Until then the request is taken to be at work; afterwards, without an answer, its outcome is unknown.
    lease_until bigint not null,
    -- The answer; null as long as there is none.
    status bigint,
    content_type text,
    body_sealed text,
    primary key (organization_id, account_id, idempotency_key)
);

create table audit_event (
    organization_id text not null references organization (id),
    id text not null,
    at bigint not null,
    -- Null: the program itself.
    account_id text,
    actor text not null,
    via text not null,
    remote_address text,
    action text not null,
    subject_type text not null,
    subject_id text not null,
    -- What it was called then; null: it has no name.
    subject_name text,
    before_json text,
    after_json text,
    -- Who and what it was done to in lower case, by the program.
    search_text text not null,
    primary key (organization_id, id)
);
create index audit_event_at on audit_event (organization_id, at, id);
create index audit_event_actor on audit_event (organization_id, actor, at, id);
create index audit_event_who on audit_event (organization_id, lower(actor), at, id);
create index audit_event_action on audit_event (organization_id, action, at, id);
create index audit_event_subject on audit_event (organization_id, subject_type, subject_id, at, id);

create table job (
    organization_id text not null references organization (id),
    id text not null,
    kind text not null,
    payload text not null,
    -- At most one unfinished job has the same key; null: any number.
    unique_key text,
    -- It takes long or much memory: few of these are done at once.
    heavy boolean not null default false,
    -- The request that caused it, directly or through other jobs, as the log names it; null: none did.
    request_id text,
    state text not null,
    run_at bigint not null,
    attempts bigint not null default 0,
    lease_owner text,
    lease_until bigint,
    last_error text,
    created_at bigint not null,
    finished_at bigint,
    primary key (organization_id, id)
);
-- Only what is unfinished, which is little: a worker looks through all of it for what is due.
create index job_unfinished on job (organization_id, run_at) where state in ('ready', 'running');
create unique index job_unique on job (organization_id, unique_key) where state in ('ready', 'running');
create index job_failed on job (organization_id, kind) where state = 'failed';
create index job_shown on job (organization_id, created_at, id) where state in ('ready', 'running', 'failed');
create index job_organization on job (organization_id, kind, created_at);

create table client (
    organization_id text not null references organization (id),
    id text not null,
    name text not null,
    account_reference text,
    website text,
    email text,
    address text not null default '',
    currency text not null,
    payment_terms_days bigint not null,
    tax_exempt boolean not null,
    status text not null,
    -- Lower case, by the program: the engines disagree on letters beyond ASCII.
    sort_name text not null,
    -- Name, reference, website and address of mail in lower case, one a line.
    search_text text not null,
    -- Raised by every change, so that a stale save is noticed.
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (organization_id, id)
);
create index client_name on client (organization_id, sort_name, id);

create table recurring_invoice (
    organization_id text not null references organization (id),
    id text not null,
    client_id text not null,
    name text not null,
    frequency text not null,
    start_date text not null,
    end_date text,
    -- The period grid is counted from here, so that the 31st survives short months.
    anchor_date text not null,
    next_invoice_date text not null,
    -- The end of the last period that a billing run went through; null: none yet. No period starts before it again.
    billed_until text,
    status text not null,
    review_first boolean not null,
    auto_send boolean not null,
    prorate_first boolean not null,
    prorate_changes boolean not null,
    -- What its own lines come to, in the minor unit of the client's currency.
    lines_minor bigint not null,
    -- Its name in lower case.
    search_text text not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (organization_id, id),
    foreign key (organization_id, client_id) references client (organization_id, id)
);
create index recurring_invoice_client on recurring_invoice (organization_id, client_id);
create index recurring_invoice_due on recurring_invoice (organization_id, status, next_invoice_date);

create table recurring_line (
    organization_id text not null references organization (id),
    id text not null,
    recurring_invoice_id text not null,
    position bigint not null,
    description text not null,
    quantity text not null,
    unit_price text not null,
    taxable boolean not null,
    primary key (organization_id, id),
    foreign key (organization_id, recurring_invoice_id) references recurring_invoice (organization_id, id)
);
create index recurring_line_of on recurring_line (organization_id, recurring_invoice_id, position);

create table pax8_connection (
    organization_id text primary key references organization (id),
    client_id_sealed text not null,
    client_secret_sealed text not null,
    client_id_hint text not null,
    auto_map boolean not null,
    active boolean not null,
    -- Refusals of the credentials in a row; three make the connection inactive.
    refusals bigint not null default 0,
    last_sync_at bigint,
    last_error text,
    last_error_at bigint,
    next_sync_at bigint not null,
    version bigint not null,
    connected_at bigint not null
);

create table pax8_sync (
    organization_id text not null references organization (id),
    id text not null,
    scope text not null,
    -- The company of a sync of one company.
    company_id text,
    trigger_kind text not null,
    status text not null,
    stage text not null,
    done bigint not null default 0,
    total bigint,
    requests bigint not null default 0,
    companies_created bigint not null default 0,
    companies_updated bigint not null default 0,
    companies_unchanged bigint not null default 0,
    companies_missing bigint not null default 0,
    subscriptions_created bigint not null default 0,
    subscriptions_updated bigint not null default 0,
    subscriptions_unchanged bigint not null default 0,
    subscriptions_missing bigint not null default 0,
    mapped bigint not null default 0,
    warnings text not null default '[]',
    error text,
    requested_at bigint not null,
    started_at bigint,
    finished_at bigint,
    primary key (organization_id, id)
);
create index pax8_sync_latest on pax8_sync (organization_id, requested_at);
create index pax8_sync_unfinished on pax8_sync (organization_id) where status in ('queued', 'running');

-- Who is syncing an organization now. A process that dies stops renewing it.
create table pax8_sync_lease (
    organization_id text primary key references organization (id),
    sync_id text not null,
    owner text not null,
    until_at bigint not null
);

create table pax8_company (
    organization_id text not null references organization (id),
    id text not null,
    pax8_id text not null,
    name text,
    status text,
    external_id text,
    website text,
    client_id text,
    -- manual, auto; null: not mapped.
    mapped_by text,
    -- Unlinked by hand: a sync does not map it again.
    keep_unmapped boolean not null default false,
    match_outcome text not null default 'none',
    match_candidates text not null default '[]',
    subscription_count bigint not null default 0,
    missing_since bigint,
    -- When Pax8 was last asked for it by its id, because the list left it out. Not before missing_since: Pax8 did not know it.
    looked_up_at bigint,
    -- When its subscriptions were last pulled alone.
    last_synced_at bigint,
    fingerprint text not null,
    first_seen_at bigint not null,
    -- Name, reference and Pax8's id in lower case, one a line, by the program.
    search_text text not null,
    primary key (organization_id, id),
    foreign key (organization_id, client_id) references client (organization_id, id)
);
create unique index pax8_company_pax8_id on pax8_company (organization_id, pax8_id);
-- In the order of the list, which takes no notice of capitals.
create index pax8_company_name on pax8_company (organization_id, lower(coalesce(name, '')), id);
create index pax8_company_client on pax8_company (organization_id, client_id, lower(coalesce(name, '')), id);

create table pax8_product (
    organization_id text not null references organization (id),
    pax8_id text not null,
    name text,
    vendor text,
    sku text,
    vendor_sku text,
    -- False: Pax8 does not know it any more.
    found boolean not null,
    fetched_at bigint not null,
    primary key (organization_id, pax8_id)
);

create table pax8_subscription (
    organization_id text not null references organization (id),
    id text not null,
    pax8_id text not null,
    company_id text not null,
    parent_pax8_id text,
    product_pax8_id text,
    product_name text,
    vendor text,
    sku text,
    quantity text,
    billing_term text,
    commitment_term text,
    commitment_end text,
    currency text,
    price text,
    partner_cost text,
    status text,
    start_date text,
    end_date text,
    billing_start text,
    missing_since bigint,
    -- Fields that came back absent and keep their last known value: {"field": instant it was last seen}.
    last_known text not null default '{}',
    -- Set when a person has to look before it is billed again: moved, product_changed; null: nothing.
    attention text,
    -- Since when: what changed from then on has not been looked at.
    attention_at bigint,
    -- Total Monthly at the bill price and at cost, in the currency's minor unit; null: unknown.
    monthly_revenue_minor bigint,
    monthly_cost_minor bigint,
    bill_price text,
    below_cost boolean not null default false,
    fingerprint text not null,
    first_seen_at bigint not null,
    -- When its present values were last confirmed, and by which sync.
    seen_at bigint not null,
    seen_sync_id text not null,
    -- Product, vendor and SKU in lower case, one a line, by the program. It is the order of lists.
    search_text text not null,
    primary key (organization_id, id),
    foreign key (organization_id, company_id) references pax8_company (organization_id, id)
);
create unique index pax8_subscription_pax8_id on pax8_subscription (organization_id, pax8_id);
create index pax8_subscription_company on pax8_subscription (organization_id, company_id);
create index pax8_subscription_text on pax8_subscription (organization_id, search_text, id);
create index pax8_subscription_status on pax8_subscription (organization_id, status);

-- What a person decided about a subscription. Kept apart from what Pax8 says, by Pax8's id, so that it survives a
-- disconnection and returns with the same record.
create table subscription_billing (
    organization_id text not null references organization (id),
    subscription_pax8_id text not null,
    markup_type text,
    markup_value text,
    override_price text,
    recurring_invoice_id text,
    charge text not null default 'spread',
    -- The status, pending or not known, in which somebody decided to bill it; void once Pax8 says another, or the link ends.
    billed_in_status text,
    -- The instant since which it is missing and for which somebody decided to bill it all the same.
    billed_while_missing bigint,
    -- Either decision counts for periods that start before this day; null: for all.
    billed_in_status_until text,
    billed_while_missing_until text,
    -- The next invoice date when it was linked: terms that began before were not billed here. Kept when the link moves on.
    linked_from text,
    version bigint not null,
    updated_at bigint not null,
    primary key (organization_id, subscription_pax8_id),
    foreign key (organization_id, recurring_invoice_id) references recurring_invoice (organization_id, id)
);
create index subscription_billing_invoice on subscription_billing (organization_id, recurring_invoice_id);

-- Every observed change. Added to, never edited.
create table pax8_change (
    organization_id text not null references organization (id),
    id text not null,
    sync_id text not null,
    at bigint not null,
    record_type text not null,
    record_pax8_id text not null,
    record_name text,
    field text not null,
    before_value text,
    after_value text,
    -- The change in Total Monthly and in monthly cost that it causes, in the currency's minor unit.
    revenue_change_minor bigint,
    cost_change_minor bigint,
    -- The currency of the two.
    currency text,
    primary key (organization_id, id)
);
create index pax8_change_sync on pax8_change (organization_id, sync_id, id);
create index pax8_change_record on pax8_change (organization_id, record_type, record_pax8_id, id);

create table billing_run (
    organization_id text not null references organization (id),
    id text not null,
    as_of text not null,
    trigger_kind text not null,
    -- Who asked for it, as JSON: the job that makes it acts in their name.
    asked_by text not null,
    -- The job that makes it; null: whoever asked does. While one of these runs, its job is in the queue.
    job_id text,
    status text not null,
    -- How many of the recurring invoices that were due it has gone through; total is null until it begins.
    done bigint not null default 0,
    total bigint,
    created bigint not null default 0,
    requested_at bigint not null,
    started_at bigint,
    -- The last sign of life.
    seen_at bigint not null,
    finished_at bigint,
    primary key (organization_id, id)
);
create index billing_run_unfinished on billing_run (organization_id) where status in ('queued', 'running');

-- What a run made nothing of: periods with nothing to make, and recurring invoices that failed, for which the period is ''.
create table billing_run_aside (
    organization_id text not null references organization (id),
    billing_run_id text not null,
    recurring_invoice_id text not null,
    period_start text not null,
    kind text not null,
    told text not null,
    primary key (organization_id, billing_run_id, recurring_invoice_id, period_start),
    foreign key (organization_id, billing_run_id) references billing_run (organization_id, id)
);

create table invoice (
    organization_id text not null references organization (id),
    id text not null,
    number text,
    client_id text not null,
    recurring_invoice_id text,
    -- The recurring invoice's name when it was made.
    recurring_name text,
    billing_run_id text,
    status text not null,
    -- A held subscription or a setting asks for a look before it is issued; the reasons are a JSON list.
    needs_review boolean not null,
    review_reasons text not null,
    currency text not null,
    issue_date text,
    due_date text,
    -- A credit note: the invoice that it corrects, that one's number, and why.
    corrects_id text,
    corrects_number text,
    correction_reason text,
    period_start text,
    period_end text,
    -- The day from which on the days before the period are charged with it; null: none are.
    first_from text,
    subtotal_minor bigint not null,
    tax_minor bigint not null,
    total_minor bigint not null,
    -- The sum of its payments; of a credit note, below zero, what of it was used.
    paid_minor bigint not null default 0,
    -- Snapshots of what was true when it was made: client, seller, taxes, what was held and skipped.
    client_name text not null,
    client_json text not null,
    seller_json text not null,
    taxes text not null,
    held text not null,
    skipped text not null,
    payment_terms_days bigint not null,
    -- The sign that is printed on it, of the time when it was issued.
    logo_id text,
    -- Raised when a draft is computed anew, so that nobody issues what they did not see.
    version bigint not null default 1,
    -- Number and client's name in lower case, by the program.
    search_text text not null,
    created_at bigint not null,
    issued_at bigint,
    voided_at bigint,
    primary key (organization_id, id),
    foreign key (organization_id, client_id) references client (organization_id, id),
    foreign key (organization_id, recurring_invoice_id) references recurring_invoice (organization_id, id),
    foreign key (organization_id, corrects_id) references invoice (organization_id, id),
    foreign key (organization_id, logo_id) references organization_logo (organization_id, id)
);
-- Exactly once: a recurring invoice bills a period one time, whoever runs it and however often. A void invoice bills nothing.
create unique index invoice_once on invoice (organization_id, recurring_invoice_id, period_start) where status <> 'void';
create unique index invoice_number on invoice (organization_id, number);
create index invoice_client on invoice (organization_id, client_id, id);
create index invoice_run on invoice (organization_id, billing_run_id, id);
create index invoice_corrects on invoice (organization_id, corrects_id) where corrects_id is not null;
create index invoice_open on invoice (organization_id, due_date) where status in ('issued', 'partially_paid');
create index invoice_review on invoice (organization_id, needs_review) where status = 'draft';

create table invoice_line (
    organization_id text not null references organization (id),
    id text not null,
    invoice_id text not null,
    position bigint not null,
    description text not null,
    quantity text not null,
    unit_price text not null,
    amount_minor bigint not null,
    taxable boolean not null,
    source text not null,
    subscription_id text,
    explanation text not null,
    primary key (organization_id, id),
    foreign key (organization_id, invoice_id) references invoice (organization_id, id)
);
create index invoice_line_of on invoice_line (organization_id, invoice_id, position);
-- What was charged of a subscription, on whatever invoice.
create index invoice_line_subscription on invoice_line (organization_id, subscription_id) where subscription_id is not null;

-- Money that settles an invoice. Taken back is kept: what was recorded is never deleted.
create table payment (
    organization_id text not null references organization (id),
    id text not null,
    invoice_id text not null,
    -- Where the money comes from, if it is the credit of a credit note; null: from outside.
    credit_note_id text,
    -- Below zero: the credit of a credit note that was paid out.
    amount_minor bigint not null,
    paid_on text not null,
    reference text,
    recorded_by text not null,
    recorded_at bigint not null,
    taken_back_at bigint,
    primary key (organization_id, id),
    foreign key (organization_id, invoice_id) references invoice (organization_id, id),
    foreign key (organization_id, credit_note_id) references invoice (organization_id, id)
);
create index payment_invoice on payment (organization_id, invoice_id);
create index payment_credit_note on payment (organization_id, credit_note_id) where credit_note_id is not null;

-- An issued invoice on paper, made once, when somebody first asks for it or it is sent: whoever has it has these bytes, whatever
-- the program becomes.
create table invoice_document (
    organization_id text not null references organization (id),
    invoice_id text not null,
    pdf_base64 text not null,
    primary key (organization_id, invoice_id),
    foreign key (organization_id, invoice_id) references invoice (organization_id, id)
);

-- An invoice on its way by mail. Added to; a row goes from queued to sending to sent, failed or unknown.
create table delivery (
    organization_id text not null references organization (id),
    id text not null,
    invoice_id text not null,
    -- The addresses, with commas between them.
    recipients text not null,
    -- queued, sending, sent, failed; unknown: handed over, and nobody knows whether it was taken. That one is never tried again.
    state text not null,
    -- How often it was handed over or tried to.
    attempts bigint not null default 0,
    -- Why it was not sent the last time, in a sentence.
    last_error text,
    -- When it is tried; null: not any more, or just now.
    next_attempt_at bigint,
    -- The same at each attempt.
    message_id text not null,
    queued_by text not null,
    queued_at bigint not null,
    -- When it was sent, failed, or was lost track of.
    ended_at bigint,
    primary key (organization_id, id),
    foreign key (organization_id, invoice_id) references invoice (organization_id, id)
);
create index delivery_invoice on delivery (organization_id, invoice_id, id);
-- An invoice is on its way once at a time.
create unique index delivery_unfinished on delivery (organization_id, invoice_id) where state in ('queued', 'sending');
create index delivery_trouble on delivery (organization_id, state) where state in ('failed', 'unknown');

-- Who is told of alerts. No row: nobody changed the defaults.
create table alert_settings (
    organization_id text primary key references organization (id),
    by_mail boolean not null,
    -- Addresses with commas between them; empty: the owners'.
    recipients text not null,
    sync_failures bigint not null,
    stale_intervals bigint not null,
    waiting_days bigint not null,
    refused_sign_ins bigint not null,
    -- Conditions that are told to nobody, as a JSON list.
    quiet text not null,
    -- Its address may hold a secret: only the host is in the open.
    webhook_host text,
    webhook_url_sealed text,
    webhook_secret_sealed text,
    version bigint not null
);

-- Something that was wrong, from when it was seen to when it was over.
create table alert (
    organization_id text not null references organization (id),
    id text not null,
    condition text not null,
    -- How it stood when it was last looked at, in a sentence.
    detail text not null,
    began_at bigint not null,
    -- When it was last told; null: to nobody.
    told_at bigint,
    ended_at bigint,
    primary key (organization_id, id)
);
-- A condition is told of once at a time, whoever looks and however often.
create unique index alert_open on alert (organization_id, condition) where ended_at is null;

-- What was told of an alert, one way. Its job goes on until it was taken or is given up.
create table alert_notice (
    organization_id text not null references organization (id),
    id text not null,
    alert_id text not null,
    -- mail, webhook.
    channel text not null,
    -- began, lasts, ended.
    event text not null,
    detail text not null,
    queued_at bigint not null,
    sent_at bigint,
    last_error text,
    primary key (organization_id, id),
    foreign key (organization_id, alert_id) references alert (organization_id, id)
);
create index alert_notice_of on alert_notice (organization_id, alert_id, id);

-- One-time charges that were billed, by Pax8's id: billed once is billed for good.
create table billed_once (
    organization_id text not null references organization (id),
    subscription_pax8_id text not null,
    invoice_id text not null,
    primary key (organization_id, subscription_pax8_id),
    foreign key (organization_id, invoice_id) references invoice (organization_id, id)
);
create index billed_once_invoice on billed_once (organization_id, invoice_id);
