//! The products an MSP resells, with a plausible monthly cost per unit.

/// One entry of the catalogue.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) vendor: &'static str,
    /// The first letters of the Pax8 SKU.
    pub(super) sku: &'static str,
    /// Per unit and month.
    pub(super) cost: &'static str,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Sold with a commitment.
    Committed,
    /// Sold month by month.
    Free,
    /// Billed by use, in arrears, with a price of zero on the subscription.
    Usage,
    /// A fraction of a cent per unit.
    Metered,
}

use Kind::{Committed, Free, Metered, Usage};

const fn entry(
    vendor: &'static str,
    name: &'static str,
    sku: &'static str,
    cost: &'static str,
    kind: Kind,
) -> Entry {
    Entry {
        name,
        vendor,
        sku,
        cost,
        kind,
    }
}

#[rustfmt::skip]
pub(super) const CATALOGUE: [Entry; 40] = [
    entry("Microsoft", "Microsoft 365 Business Premium [New Commerce Experience]", "MST-OFC-BPR", "18.48", Committed),
    entry("Microsoft", "Microsoft 365 Business Standard [New Commerce Experience]", "MST-OFC-BST", "10.50", Committed),
    entry("Microsoft", "Microsoft 365 Business Basic [New Commerce Experience]", "MST-OFC-BBA", "5.04", Committed),
    entry("Microsoft", "Microsoft 365 Apps for Business [New Commerce Experience]", "MST-OFC-APB", "6.93", Committed),
    entry("Microsoft", "Microsoft 365 E3 (no Teams) [New Commerce Experience]", "MST-OFC-EE3", "28.35", Committed),
    entry("Microsoft", "Microsoft 365 E5 (no Teams) [New Commerce Experience]", "MST-OFC-EE5", "46.20", Committed),
    entry("Microsoft", "Exchange Online (Plan 1) [New Commerce Experience]", "MST-EXC-PL1", "3.36", Committed),
    entry("Microsoft", "Exchange Online (Plan 2) [New Commerce Experience]", "MST-EXC-PL2", "6.72", Committed),
    entry("Microsoft", "Microsoft Defender for Business [New Commerce Experience]", "MST-SEC-DFB", "2.52", Committed),
    entry("Microsoft", "Microsoft Entra ID P1 [New Commerce Experience]", "MST-ENT-PP1", "5.04", Committed),
    entry("Microsoft", "Visio Plan 2 [New Commerce Experience]", "MST-VIS-PL2", "12.60", Committed),
    entry("Microsoft", "Project Plan 3 [New Commerce Experience]", "MST-PRJ-PL3", "25.20", Committed),
    entry("Microsoft", "Microsoft Teams Phone Standard [New Commerce Experience]", "MST-TMS-PHO", "8.40", Committed),
    entry("Microsoft", "Microsoft 365 Copilot [New Commerce Experience]", "MST-OFC-COP", "25.20", Committed),
    entry("Microsoft", "Power BI Pro [New Commerce Experience]", "MST-PBI-PRO", "11.76", Committed),
    entry("Microsoft", "Azure Plan", "MST-AZR-PLN", "0", Usage),
    entry("Acronis", "Acronis Cyber Protect Cloud - Workstation", "ACR-CPC-WKS", "3.10", Free),
    entry("Acronis", "Acronis Cyber Protect Cloud - Server", "ACR-CPC-SRV", "9.75", Free),
    entry("Acronis", "Acronis Cloud Storage per GB", "ACR-STO-GBM", "0.0425", Metered),
    entry("Acronis", "Acronis Advanced Backup - Usage", "ACR-ADV-USG", "0", Usage),
    entry("SentinelOne", "SentinelOne Singularity Complete", "SEN-SNG-CMP", "4.85", Free),
    entry("SentinelOne", "SentinelOne Singularity Control", "SEN-SNG-CTL", "3.15", Free),
    entry("Bitdefender", "GravityZone Business Security Premium", "BIT-GRZ-PRM", "2.40", Free),
    entry("Proofpoint", "Proofpoint Essentials Business", "PRF-ESS-BUS", "1.692", Free),
    entry("Proofpoint", "Proofpoint Essentials Professional", "PRF-ESS-PRO", "3.375", Free),
    entry("Mimecast", "Mimecast Email Security Cloud Gateway", "MIM-EML-GTW", "3.05", Free),
    entry("KnowBe4", "KnowBe4 Security Awareness Diamond", "KNB-SAT-DIA", "1.88", Free),
    entry("Keeper", "Keeper Business Password Manager", "KEE-BUS-PWM", "2.25", Free),
    entry("Dropbox", "Dropbox Business Advanced", "DRP-BUS-ADV", "15.20", Committed),
    entry("Adobe", "Acrobat Pro for teams", "ADO-ACR-TMS", "19.12", Committed),
    entry("Adobe", "Creative Cloud All Apps for teams", "ADO-CRC-ALL", "71.24", Committed),
    entry("Google", "Google Workspace Business Standard", "GOO-WSP-BST", "9.60", Committed),
    entry("Cisco", "Cisco Umbrella DNS Security Essentials", "CIS-UMB-DNS", "1.35", Free),
    entry("Duo", "Duo Essentials", "DUO-MFA-ESS", "2.10", Free),
    entry("Datto", "Datto SaaS Protection", "DAT-SAA-PRO", "1.95", Free),
    entry("Veeam", "Veeam Backup for Microsoft 365", "VEE-BKP-365", "1.42", Free),
    entry("Twilio", "SendGrid Email per Message", "TWI-SGR-MSG", "0.0008", Metered),
    entry("DigiCert", "DigiCert Secure Site Certificate", "DIG-SSL-SEC", "22.40", Free),
    entry("Exclaimer", "Exclaimer Signatures for Microsoft 365", "EXC-SIG-365", "0.98", Free),
    entry("IRONSCALES", "IRONSCALES Email Protect", "IRO-EML-PRT", "2.86", Free),
];
