//! `forewarn inventory`: what old mail names, and tables, become a services.toml that `check` accepts.

use super::{World, fits_the_terminal, run, sample};
use std::fs;
use std::path::Path;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn w03_what_old_mail_names_is_proposed_and_check_accepts_it_as_it_stands() {
    let world = World::begun();
    let mails = world.path("old");
    fs::create_dir(&mails).unwrap();
    for name in ["01-host.eml", "03-newsletter.eml", "06-unknown-form.eml", "07-host-moved.eml"] {
        fs::write(mails.join(name), sample(&format!("demo/{name}"))).unwrap();
    }
    let ran = run(&["inventory", "propose", text(&mails)]);
    assert!(ran.err.contains("4 mails read, 2 providers found"), "{}", ran.err);
    let out = ran.exits(0);
    assert!(out.contains("[[provider]]\nid = \"northfield\"\n"), "{out}");
    assert!(
        out.contains("in 2 notices, the last on 2020-09-08\n# [[service.stands_on]]\n# provider = \"northfield\"\n# object = "),
        "{out}"
    );
    assert!(out.contains("# id = \"lakeside-colo.example\""), "{out}");
    fs::write(world.path("services.toml"), &out).unwrap();
    let checked = world.run(&["check"]);
    assert!(matches!(checked.code, Some(0 | 1)), "{}{}", checked.out, checked.err);
    // Without its comment signs, and with the words of a person for what is not known, it is an inventory.
    let blocks: String = out
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|rest| rest.contains(" = ") || rest.starts_with("[[")).unwrap_or(line))
        .map(|line| format!("{line}\n"))
        .collect();
    let blocks = blocks.replace("id-of-a-service", "northfield-service");
    fs::write(world.path("services.toml"), &blocks).unwrap();
    let checked = world.run(&["check"]);
    assert!(matches!(checked.code, Some(0 | 1)), "{}{}\n{blocks}", checked.out, checked.err);
    assert!(checked.out.contains("2 providers, 2 services, 1 customer"), "{}", checked.out);
}

#[test]
fn w03_the_stored_mails_are_read_where_no_mailbox_is_named() {
    let world = World::begun();
    world.once("2020-09-01T15:00:00Z").exits(0);
    world.drop_mail("notice", sample("demo/01-host.eml"));
    world.once("2020-09-01T15:05:00Z").exits(0);
    let out = world.run(&["inventory", "propose"]).exits(0);
    assert!(out.contains("# What 1 mail of ") && out.contains("id = \"northfield\""), "{out}");
    run(&["inventory", "propose", "/absent"]).complains(2, &["/absent cannot be read"]);
}

#[test]
fn w03_tables_become_an_inventory_that_check_accepts() {
    let world = World::begun();
    fs::write(
        world.path("services.csv"),
        "Service;Name;Part;Provider;Object;Prefix;Aliases;Internal\n\
         mail;Managed Mail Services;;northfield;mail01;;mail01.acme.example|203.0.113.25;\n\
         mail;;Webmail;northfield;web09;;;\n\
         link;Internet Access;;northfield;;198.51.100.64/28;;no\n\
         mgmt;Server Management;;northfield;Cloud Console;;;yes\n",
    )
    .unwrap();
    fs::write(
        world.path("customers.csv"),
        b"customer,name,time zone,services,notice days,contact,email\n\
          acme,\"Caf\xe9 Acme, Ltd\",Europe/Berlin,mail|link,7,Kim Lee,kim@acme.example\nbrook,Brook,UTC,mail,,,\n",
    )
    .unwrap();
    fs::write(
        world.path("contacts.csv"),
        "\u{feff}customer\tname\temail\tphone\tkinds\nbrook\tAda\tada@brook.example\t+1 555 0100\tmaintenance|incident\n",
    )
    .unwrap();
    let files = ["services.csv", "customers.csv", "contacts.csv"].map(|name| world.path(name));
    let mut arguments = vec!["inventory", "import"];
    arguments.extend(files.iter().map(|path| text(path)));
    let out = run(&arguments).exits(0);
    assert!(out.contains("name = \"Café Acme, Ltd\""), "{out}");
    fs::write(world.path("services.toml"), &out).unwrap();
    let checked = world.run(&["check"]).exits(0);
    assert!(checked.contains("1 provider, 3 services, 2 customers, 2 contacts"), "{checked}\n{out}");
    // One table alone gives its own blocks.
    let alone = run(&["inventory", "import", text(&files[1])]).exits(0);
    assert!(alone.contains("services = [\"mail\", \"link\"]") && !alone.contains("[[service]]"), "{alone}");
    let alone = run(&["inventory", "import", "--kind", "contacts", text(&files[2])]).exits(0);
    assert!(alone.contains("[[customer]]\nid = \"brook\"") && alone.contains("kinds = [\"maintenance\", \"incident\"]"), "{alone}");
}

#[test]
fn every_fault_of_a_table_is_named_with_its_cell_and_nothing_is_printed() {
    let world = World::begun();
    let (services, customers) = (world.path("services.csv"), world.path("customers.csv"));
    fs::write(
        &services,
        "service,provider,object,prefix,internal\nmail,northfield,,203.0.113.7/28,\nmail,northfield,,,\nweb,,web01,,perhaps\n",
    )
    .unwrap();
    fs::write(&customers, "customer,zone,services,notice_days,email\nacme,Europe/Berlim,mail|fax,soon,kim at acme\n,UTC,,,\n").unwrap();
    let ran = run(&["inventory", "import", text(&services), text(&customers)]);
    assert!(ran.out.is_empty(), "{}", ran.out);
    ran.complains(
        2,
        &[
            "services.csv:2, column 4 (prefix): \"203.0.113.7/28\" has bits set behind its length; write \"203.0.113.0/28\"",
            "services.csv:3, column 2 (provider): the row names a provider, but no object",
            "services.csv:4, column 3 (object): the row names an object, but no provider",
            "services.csv:4, column 5 (internal): \"perhaps\" is neither yes nor no",
            "customers.csv:2, column 2 (zone):",
            "did you mean \"Europe/Berlin\"?",
            "customers.csv:2, column 3 (services): there is no service \"fax\"",
            "customers.csv:2, column 4 (notice_days): \"soon\" is no number of days",
            "customers.csv:2, column 5 (email):",
            "customers.csv:3, column 1 (customer): the row names no customer",
            "nothing was written; 9 faults to mend",
        ],
    );
    run(&["inventory", "import", "/absent.csv"]).complains(2, &["/absent.csv:1: cannot be read"]);
}

#[test]
fn the_help_fits_the_terminal() {
    for arguments in [vec!["rewind"], vec!["inventory"], vec!["inventory", "propose"], vec!["inventory", "import"]] {
        let mut all = arguments.clone();
        all.push("--help");
        fits_the_terminal(&run(&all).exits(0));
    }
}
