//! What we run, on what of the provider's it stands, and for whom.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::model::{Impact, Mailbox, MaintenanceId};

/// Everything of `services.toml`, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Providers we buy from.
    pub providers: Vec<Provider>,
    /// Services we run.
    pub services: Vec<Service>,
    /// Customers and their contacts.
    pub customers: Vec<Customer>,
    /// Addresses and domains of which staff said `never`: their mail announces nothing. Learnt, never of `services.toml`.
    pub never: Vec<String>,
}

/// A provider we buy from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provider {
    /// The id that rules use (`zayo`), or one of our own for a provider without rule.
    pub id: String,
    /// Name for staff.
    pub name: String,
    /// Name for customers: `Data Center Provider`, `internet carrier`.
    pub public_name: String,
    /// Sender domains, for mail that no rule knows.
    pub domains: Vec<String>,
}

/// A service that customers have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// Key in the configuration: `mail`.
    pub id: String,
    /// Name in notices: `Managed Mail Services`.
    pub name: String,
    /// Parts that notices list below it: `Webmail`, `Send & Receiving`.
    pub parts: Vec<Part>,
    /// What the service stands on as a whole.
    pub stands_on: Vec<StandsOn>,
    /// Other services of ours that it needs.
    pub needs: Vec<Needs>,
    /// Whether no customer sees it: staff are reminded, nobody else is told.
    pub internal: bool,
}

/// A service of ours that another one needs: what touches it touches the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Id of the service that is needed.
    pub service: String,
    /// Name of the redundancy group: one of those with the same name is enough; none where nothing stands in for it.
    pub redundant: Option<String>,
}

/// A part of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Name in notices.
    pub name: String,
    /// What this part alone stands on; empty where it stands on what the service stands on.
    pub stands_on: Vec<StandsOn>,
}

/// One thing of a provider's that a service needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandsOn {
    /// The provider's id.
    pub provider: String,
    /// Which objects of that provider's.
    pub object: ObjectMatch,
    /// Other names under which the provider's mails write the same object.
    pub aliases: Vec<String>,
    /// Where it stands, as far as is known: a notice for the place touches it. None of a kind means: perhaps anywhere.
    pub places: Vec<Place>,
    /// Name of the redundancy group: of a service's entries with the same name one is enough; none where nothing stands in for it.
    pub redundant: Option<String>,
    /// Whether it was given back: notices that name nothing else are irrelevant.
    pub retired: bool,
}

/// How an object of a provider's is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectMatch {
    /// Exactly this id; case and white space do not count.
    Exact(String),
    /// Any address or prefix inside this prefix, or around it.
    Prefix(ipnet::IpNet),
    /// A shell glob over ids: `web*`.
    Glob(String),
    /// Everything under this account of ours at the provider.
    Account(String),
    /// Everything of the provider's in the places beside it.
    Place,
    /// Everything of the provider's.
    Fleet,
}

/// A place at a provider's in which something of ours stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// What sort of place.
    pub kind: PlaceKind,
    /// The provider's name for it, as its mails write it: `Dallas`, `DAL2`, `R12`, `A`.
    pub name: String,
}

/// The sorts of places, from the widest to the narrowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlaceKind {
    /// A region or city.
    Region,
    /// A building or data center.
    Site,
    /// A rack or cabinet.
    Rack,
    /// One of several power feeds.
    Feed,
}

/// Somebody who is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// Key in the configuration.
    pub id: String,
    /// Name for staff.
    pub name: String,
    /// Zone of the local half of every instant.
    pub zone: Tz,
    /// Language of the notices (`en`).
    pub language: String,
    /// Ids of the services they have.
    pub services: Vec<String>,
    /// Days of notice they are promised; none where nothing is.
    pub notice_days: Option<u32>,
    /// The least impact of which they are told; none for the house's rule: everything but lost redundancy alone.
    pub min_impact: Option<Impact>,
    /// Who is written to.
    pub contacts: Vec<Contact>,
    /// Id of the service on which their own mailboxes are; none where they are elsewhere.
    pub mail_on: Option<String>,
}

/// A person at a customer's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Name and address.
    pub mailbox: Mailbox,
    /// What they are written to about.
    pub kinds: Vec<ContactKind>,
    /// Telephone, for when mail fails.
    pub phone: Option<String>,
}

/// What a contact is written to about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContactKind {
    /// Planned work.
    Maintenance,
    /// Outages.
    Incident,
    /// Money; never written to by Forewarn.
    Billing,
}

/// What of ours a maintenance touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Affected {
    /// Services with the parts that are touched; no parts named means the whole service.
    pub services: Vec<AffectedService>,
    /// Customers of those services that are not internal.
    pub customers: Vec<AffectedCustomer>,
    /// Objects of the mail that the inventory does not know.
    pub unknown_objects: Vec<String>,
    /// Objects of the mail that were given back.
    pub retired_objects: Vec<String>,
    /// Whether the mail names no object: every service at that provider (and region) is listed and a person chooses.
    pub unstated: bool,
    /// Affected services that no customer has.
    pub services_without_customer: Vec<String>,
    /// Affected customers without a contact for this kind.
    pub customers_without_contact: Vec<String>,
    /// Redundancy that this maintenance and others take away together.
    pub collisions: Vec<Collision>,
}

/// Two maintenances at once take what each alone would have left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collision {
    /// Name of the service that loses its last leg.
    pub service: String,
    /// Name of the redundancy group.
    pub group: String,
    /// The other maintenances, ascending.
    pub with: Vec<MaintenanceId>,
}

/// A service that is touched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AffectedService {
    /// Id.
    pub id: String,
    /// Name in notices.
    pub name: String,
    /// Names of the parts touched, in the inventory's order; all of them where the whole service is touched.
    pub parts: Vec<String>,
    /// Whether no customer sees it.
    pub internal: bool,
    /// The provider's objects through which it is touched.
    pub objects: Vec<String>,
    /// What it suffers after redundancy.
    #[serde(default)]
    pub impact: Impact,
}

/// A customer that is touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AffectedCustomer {
    /// Id.
    pub id: String,
    /// Name for staff.
    pub name: String,
    /// Zone of the customer.
    pub zone: Tz,
    /// Language of the customer.
    pub language: String,
    /// Ids of the affected services that they have.
    pub services: Vec<String>,
    /// Days of notice they are promised.
    pub notice_days: Option<u32>,
    /// The least impact of which they are told; none for the house's rule.
    pub min_impact: Option<Impact>,
    /// Contacts for this kind of notice.
    pub contacts: Vec<Contact>,
    /// Id of the service on which their own mailboxes are.
    pub mail_on: Option<String>,
}
