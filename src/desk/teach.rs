//! What staff teach for good by answering a request: an object that was given back, a sender that announces nothing, whose a domain is.
//! It stands in the store; `services.toml` stays as the admin wrote it.

use crate::{
    desk::{
        Desk, Plan, answer,
        reply::{Answered, renew},
        settle::{close, next},
    },
    inventory,
    model::{Decision, Inventory, Learnt, Settling},
};

/// `gone web03`: the object was given back. What names nothing else calls for nothing, now and later (W17).
pub(super) fn gone(plan: &mut Plan<'_>, reply: &Answered<'_>, object: &str) -> Result<(), String> {
    let case = &reply.maintenance;
    let named = case.said.objects.iter().find(|one| one.object_id.eq_ignore_ascii_case(object.trim()));
    let Some(named) = named else {
        let names: Vec<&str> = case.said.objects.iter().take(5).map(|one| one.object_id.as_str()).collect();
        let names = if names.is_empty() { "it names no object".to_owned() } else { format!("it names {}", names.join(", ")) };
        return Err(format!("“{object}” does not stand in that mail; {names}"));
    };
    reply.record(plan, Decision::Settle(Settling::Gone(named.object_id.clone())));
    let taught = Learnt::Gone { provider: case.provider.clone(), object: named.object_id.clone() };
    let mut next = next(plan, reply, &format!("{} called given back", named.object_id));
    let after = inventory::with_learnt(plan.desk.inventory.clone(), std::slice::from_ref(&taught));
    plan.effects.learnt.push(taught);
    let affected = inventory::affected(&after, &next, &[]);
    if affected.services.is_empty() && affected.unknown_objects.is_empty() {
        next.closed = Some("only names what was given back".to_owned());
        next.closed_by = Some(reply.by().to_owned());
        close(plan, reply, next);
        return Ok(());
    }
    with_inventory(plan, &after, |plan| renew(plan, reply, next));
    Ok(())
}

/// `never X`: mail of that address or domain announces nothing, unless a rule reads a notice in it (W02).
pub(super) fn never(plan: &mut Plan<'_>, reply: &Answered<'_>, sender: &str) -> Result<(), String> {
    let sender = sender.trim().trim_start_matches('@').to_lowercase();
    let domain = sender.rsplit_once('@').map_or(sender.as_str(), |(_, domain)| domain);
    if !domain.contains('.') || sender.contains(char::is_whitespace) {
        return Err(format!("“{sender}” is neither an address nor a domain; write never ads@shop.example"));
    }
    if let Some(provider) = inventory::is_known_sender(plan.desk.inventory, domain) {
        return Err(format!("{domain} is {}'s, of whom nothing is left out; answer irrelevant for this one", provider.name));
    }
    reply.record(plan, Decision::Settle(Settling::Never(sender.clone())));
    plan.effects.learnt.push(Learnt::Never(sender.clone()));
    let mut next = next(plan, reply, &format!("never {sender}, said"));
    let from = reply.maintenance.sender.to_lowercase();
    if from == sender || from.ends_with(&format!("@{domain}")) || from.ends_with(&format!(".{domain}")) {
        next.closed = Some(format!("never {sender}, says {}", reply.by()));
        next.closed_by = Some(reply.by().to_owned());
        close(plan, reply, next);
    } else {
        answer::taught(plan, reply, &format!("Mail of {sender} is left out from now on, and counted in the digest."));
    }
    Ok(())
}

/// `provider X`: mail of the sender's domain is that provider's.
pub(super) fn provider(plan: &mut Plan<'_>, reply: &Answered<'_>, id: &str) -> Result<(), String> {
    let known = &plan.desk.inventory.providers;
    let Some(provider) = known.iter().find(|one| one.id.eq_ignore_ascii_case(id.trim()) || one.name.eq_ignore_ascii_case(id.trim())) else {
        let ids: Vec<&str> = known.iter().map(|one| one.id.as_str()).collect();
        return Err(format!("there is no provider “{id}” in services.toml; there are {}. A new one is added there", ids.join(", ")));
    };
    let Some((_, domain)) = reply.maintenance.sender.rsplit_once('@') else { return Err("the mail names no sender".to_owned()) };
    let id = provider.id.clone();
    reply.record(plan, Decision::Settle(Settling::Provider(id.clone())));
    let taught = Learnt::Provider { domain: domain.to_lowercase(), provider: id.clone() };
    let after = inventory::with_learnt(plan.desk.inventory.clone(), std::slice::from_ref(&taught));
    plan.effects.learnt.push(taught);
    let mut next = next(plan, reply, &format!("called mail of {id}"));
    next.provider = id;
    with_inventory(plan, &after, |plan| renew(plan, reply, next));
    Ok(())
}

/// `rule please`: somebody who sits at the machine should write a rule for this form.
pub(super) fn rule_please(plan: &mut Plan<'_>, reply: &Answered<'_>) -> Result<(), String> {
    let mail = reply.maintenance.mail;
    reply.record(plan, Decision::Settle(Settling::RulePlease));
    plan.effects.learnt.push(Learnt::RuleWanted(mail));
    let text = format!(
        "Noted: a rule is wanted for this form. On the machine, `forewarn rules new --stored {}` writes a first one from this mail.\n\
         The maintenance itself still waits for its answer.",
        mail.0
    );
    answer::taught(plan, reply, &text);
    Ok(())
}

/// Decides a part with another inventory than the desk's: the one that was just taught.
fn with_inventory(plan: &mut Plan<'_>, inventory: &Inventory, work: impl FnOnce(&mut Plan<'_>)) {
    let desk = Desk { inventory, ..*plan.desk };
    let mut inner = plan.at_desk(&desk);
    work(&mut inner);
    let back = inner.hand_back();
    plan.take_back(back);
}
