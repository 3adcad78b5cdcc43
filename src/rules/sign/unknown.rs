//! Invented notices of providers that no rule knows, as short and as varied as they come, with the footers and remarks that ordinary mail has too.

/// Subject and body.
pub(super) const UNKNOWN: &[(&str, &str)] = &[
    ("core1 reload", "Sat 3am-5am UTC core1 reload."),
    (
        "Fwd: kvm22",
        "fyi\n\n---------- Forwarded message ---------\nFrom: Ops <ops@smallhost.example>\nDate: Mon, 3 Mar 2031 11:20\nSubject: kvm22\nTo: <noc@ourfirm.example>\n\nHi, kvm22 gets a new mainboard on 6 March, 23:00 CET. All guests will be off for about 40 minutes.",
    ),
    (
        "Your VM will be live migrated",
        "During the night of 11 to 12 March 2031 (00:00-04:00 UTC) your virtual machine vm-8812 will be live migrated to a new host. You may see a pause of a few seconds.",
    ),
    (
        "PW-88120 Notification",
        "Circuit: RF-118-AB\nStart: 11/03/2031 00:00 GMT\nEnd: 11/03/2031 06:00 GMT\nExpected impact: 2 x 5 min\nReason: splice enclosure re-entry",
    ),
    (
        "CRAC unit service hall 3",
        "The CRAC units in hall 3 will be serviced on Thursday 13 March from 09:00. Temperatures stay within SLA.",
    ),
    (
        "Notstromtest RZ Süd",
        "Sehr geehrte Kunden, am Mittwoch, 12.03.2031, testen wir zwischen 10 und 12 Uhr die Netzersatzanlage. Die Versorgung läuft über die USV weiter.",
    ),
    (
        "Umstellung Stromschiene B",
        "Am 20.03.2031 ab 22 Uhr wird Stromschiene B für zwei Stunden freigeschaltet. Geräte mit nur einem Netzteil verlieren die Versorgung.",
    ),
    (
        "Control panel unavailable Sunday morning",
        "The control panel and the API will not be available on Sunday 9 March between 06:00 and 07:00 UTC. Your servers keep running.",
    ),
    (
        "EPP maintenance announcement",
        "The registry system will undergo maintenance on 15 March 2031 from 21:00 UTC to 23:00 UTC. EPP and RDAP will not respond. DNS resolution is not affected.",
    ),
    ("Relay cluster patching", "We patch the relay cluster on Tuesday, 2031-03-11, starting 20:00 UTC. Mail is queued, nothing gets lost."),
    (
        "Retirement of gen3 nodes",
        "Generation 3 nodes are retired on 30 June 2031. Servers that were not moved by then will be deleted together with their disks.",
    ),
    (
        "We rotate the certificate of api.dnscloud.example",
        "On 12 March 2031 at 14:00 UTC we rotate the TLS certificate of api.dnscloud.example. Clients that pin the old one will fail.",
    ),
    (
        "Storage firmware, cluster S2",
        "Tonight 01:30-03:30 UTC: firmware on all OSD hosts of cluster S2, one after another. Latency may rise.",
    ),
    (
        "Redémarrage de votre serveur ns118",
        "Bonjour, votre serveur ns118 sera redémarré le mercredi 12 mars à 4h00 pour appliquer un correctif du noyau. Durée : 10 minutes environ.",
    ),
    ("Travaux programmés TP-8812", "Date : 13/03/2031\nHoraires : 23h00 - 05h00\nLiaisons : BX-118, BX-119\nImpact : coupure de 2 h max"),
    (
        "Migración de su VPS a un nuevo nodo",
        "Estimado cliente: el sábado 15 de marzo a las 02:00 h migraremos su VPS a un nodo nuevo. El servicio estará parado unos 20 minutos.",
    ),
    (
        "Ventana de trabajo RS-1188",
        "El 14/03/2031 de 00:00 a 05:00 (GMT-3) se cambiará el módulo óptico del enlace 8812. Se esperan microcortes.",
    ),
    (
        "Werkzaamheden 12-03-2031 router AMS4",
        "Op woensdag 12 maart 2031 van 02:00 tot 04:00 uur vervangen wij router AMS4. Er is kort geen verkeer mogelijk.",
    ),
    (
        "Atualização dos hosts - reinicialização necessária",
        "Prezados, na madrugada de 13/03/2031, a partir das 01h00, atualizaremos os hosts. Cada VM será reiniciada uma vez.",
    ),
    (
        "Spostamento server in altro rack",
        "Gentile cliente, mercoledì 12 marzo alle 23:00 sposteremo il vostro server srv118 in un altro rack. Fermo previsto: 45 minuti.",
    ),
    (
        "Wymiana przełącznika w szafie 12",
        "Szanowni Państwo, w nocy z 11 na 12 marca 2031, godz. 02:00-03:00, wymienimy przełącznik w szafie 12. Usługi będą niedostępne ok. 15 minut.",
    ),
    ("Flytt av server till ny hall", "Torsdag 13 mars kl. 22.00 flyttar vi er server till hall 2. Servern är avstängd i ungefär en timme."),
    ("UPS-2 bypass", "UPS-2 goes to bypass on 2031-03-14, 08:00 to 12:00 local, for battery replacement. Loads on B run unprotected."),
    ("EMERGENCY: ams1 RP swap", "Emergency work: routing engine swap on edge router ams1 today 15:00-16:00 UTC. Your BGP sessions drop."),
    (
        "IXP9 switch upgrade 12 Mar 02:00",
        "Dear members, switch sw3 gets new software on 12 March, 02:00-03:00 local time. Ports on sw3 will be down up to 10 min.",
    ),
    (
        "IMPORTANT - datacenter relocation",
        "We are leaving the Dallas facility. Your server will be unplugged on March 22 at 8 PM CST and racked in Houston by March 23, 6 AM.",
    ),
    (
        "SEA9 repair, ship operation",
        "Repair of segment 4 runs from 10 March 06:00 UTC until 14 March 18:00 UTC. Your wavelength is restored on SEA7 meanwhile.",
    ),
    (
        "CHG0088120 Scheduled",
        "Change: CHG0088120\nState: Scheduled\nPlanned start date: 2031-03-12 22:00:00\nPlanned end date: 2031-03-13 02:00:00\nCI: PE-RTR-LON-12",
    ),
    (
        "Minor version update of your database cluster",
        "Your cluster pg-main will be updated to 17.4 in its window on Sunday, 9 March, 03:00-04:00 UTC. Expect one failover.",
    ),
    (
        "Fibre diversion works, Kanal Street",
        "The council requires us to divert our duct. Cable 144 is cut and re-spliced on 17 March 2031, 22:00 to 06:00 CET.",
    ),
    (
        "Scheduled: edge node refresh",
        "We will be replacing edge nodes in Paris on 12 Mar 2031 between 01:00-03:00 UTC. Some requests may be served from other locations.",
    ),
    ("node14 down for RAM upgrade", "node14 goes down Wed 10pm EST for a RAM upgrade. 30 min tops."),
    (
        "WG: Info vom Rechenzentrum",
        "zur Info\n\n-----Ursprüngliche Nachricht-----\nVon: Leitstand <leitstand@rz-nord.example>\nGesendet: Montag, 3. März 2031 14:02\nAn: noc@ourfirm.example\nBetreff: Info vom Rechenzentrum\n\nAm 19.03.2031 von 06:00 bis 08:00 Uhr wird der Trafo 2 gewartet. Es steht nur ein Versorgungsweg zur Verfügung.",
    ),
    ("SBC software update", "SBC cluster update 2031-03-13 02:00 UTC. Calls in progress are cut. New calls fail for 2-3 minutes."),
    (
        "PHP 8.1 removal on shared servers",
        "On 18 March 2031 we remove PHP 8.1 from all shared servers. Sites that still use it will show errors.",
    ),
    ("Re: LP-881 window moved", "The window for LP-881 moves from 11 March to 18 March 2031, 00:00-04:00 ET."),
    ("LP-880 is off", "LP-880 planned for tonight is off. Permit was refused. A new date follows."),
    ("Works on circuit BW-12 finished", "Works on circuit BW-12 finished 03:40 UTC. Please check your service."),
    (
        "Microcode patch: all hypervisors restart",
        "A critical CPU flaw forces us to restart all hypervisors between March 10 and March 14. You get a slot by mail one day ahead.",
    ),
    (
        "Control plane upgrade 1.42",
        "Your cluster's control plane will be upgraded to 1.42 on 2031-03-20 09:00 UTC. Nodes are drained one by one.",
    ),
    (
        "Sun outage season",
        "Between 5 and 14 March 2031 sun transits will interrupt your satellite link daily around 11:20 UTC for up to 9 minutes.",
    ),
    (
        "Main breaker inspection",
        "Thermal inspection of the main breakers, 21 March 2031, 07:00 - 17:00. A and B side in turn. Keep both cords plugged in.",
    ),
    (
        "Störung und Arbeiten im Netz Bremen",
        "Zur Behebung der Störung vom Wochenende tauschen wir heute Nacht ab 0:30 Uhr eine Linecard. Anschlüsse in Bremen sind bis 2 Uhr ohne Verbindung.",
    ),
    ("Întrerupere programată 12.03.2031", "În data de 12.03.2031, între 02:00 și 05:00, înlocuim echipamentul din nodul Cluj."),
    (
        "Szolgáltatáskiesés március 12-én",
        "2031. március 12-én 01:00 és 03:00 között a szerverek nem lesznek elérhetők hálózati munkák miatt.",
    ),
    (
        "【重要】ネットワーク工事のお知らせ",
        "2031年3月12日 2:00から4:00まで、ネットワーク機器の交換工事を行います。数分間の通信断が発生します。",
    ),
    ("Уведомление о работах", "12.03.2031 с 02:00 до 04:00 МСК замена коммутатора. Перерыв связи до 30 минут."),
    (
        "moving your sites",
        "hey, I'm moving all sites from web3 to web9 this Saturday around 1am GMT. They'll be slow or offline for a bit. Yell if that's a problem! - Pete",
    ),
    (
        "Driver update on GPU nodes requires downtime",
        "GPU nodes g1-g8: driver update on Monday 10 March 2031. Jobs are killed at 08:00 UTC, nodes return by 11:00 UTC.",
    ),
    (
        "Tower 14 antenna replacement",
        "We replace the sector antenna on tower 14 on Tuesday 11 March at 9 am. Link down about 2 hours, weather permitting.",
    ),
    (
        "IP ranges of our edge will change",
        "From 1 April 2031 our edge uses 198.51.100.0/25. Update your firewall allow-list before that date, otherwise origin pulls will fail.",
    ),
    ("Old MX hosts switched off", "mx3 and mx4.mxfilter.example are switched off on 31 March 2031. Please change your MX records before."),
    (
        "Notification of planned activity / 8812-1",
        "Activity | Card replacement\nStart (UTC) | 2031-03-13 23:00\nFinish (UTC) | 2031-03-14 03:00\nService | EL-8812",
    ),
    (
        "Ihr Server wird umgebaut",
        "Guten Tag, wie besprochen bauen wir am Freitag, den 14.03., gegen 21 Uhr die neuen SSDs in Ihren Server d118 ein. Dafür fahren wir ihn herunter.",
    ),
    ("Service affecting works - route Oslo/Bergen", "Two nights: 11 March and 12 March 2031, 23:00-05:00 CET. Up to 60 min per night."),
    (
        "Volumes in zone b: read only for 20 minutes",
        "12 March 2031, 04:00 UTC, volumes in zone b become read only for about 20 minutes while we switch controllers.",
    ),
    ("Reminder 3 days to go NQ-12", "This is a reminder: NQ-12 begins on 13 March 2031 00:30 UTC and ends 04:30 UTC."),
    ("Manutenção emergencial hoje", "Hoje, às 23h30, reiniciaremos o switch do rack 7. Queda de até 5 minutos."),
    (
        "Your instances in us-east will be rebooted",
        "Instances i-118 and i-119 have a required reboot. It happens on March 16, 2031 at 10 AM UTC unless you do it earlier.",
    ),
    ("Utility switching, feeder 2", "The grid operator switches feeder 2 on 2031-03-18. Diesel runs from 05:30 to 06:30."),
    (
        "Aggiornamento kernel sui nodi di calcolo",
        "Nella notte tra il 12 e il 13 marzo, dalle 00:30, riavvieremo i nodi di calcolo. Ogni VM resta ferma per 5 minuti.",
    ),
    (
        "Notice: core link migration",
        "Dear valued customer, our core link will be migrated to 400G on 12th March 2031 from 0030hrs to 0330hrs. Kindly bear with us.",
    ),
    (
        "Backup vault move: no new backups on 15 March",
        "We move the backup vault to new disks. From 15 March 2031 00:00 UTC until 12:00 UTC no backups run.",
    ),
    (
        "Fiber cut Leeds - splicing tonight",
        "Our fibre between Leeds and York was cut by a digger at 10:12. Splicing is planned 22:00-02:00. Your circuit ZL-12 is down until then.",
    ),
    (
        "Scheduled maintenance: Frankfurt network",
        "On 12 March 2031 between 01:00 and 03:00 UTC we upgrade the Frankfurt core. Expect 5 minutes of packet loss.\n\nYou receive this mail because you have services in Frankfurt. Unsubscribe from maintenance mails | Read more on our site",
    ),
    (
        "Maintenance notice",
        "Hi all,\n\nwe replace the PDU in rack B07 on Friday, 14 March, 9:00-10:00 UTC. If you have two questions, ask two.\n\nAcorn - 24/7 - see our prices at acorn.example",
    ),
    (
        "Your VPS will be restarted",
        "Dear user,\n\nyour VPS vm-118 will be restarted on 13 March 2031 at 02:00 UTC within our free upgrade to NVMe.",
    ),
    (
        "License server move",
        "The license server of your hosted databases moves to a new host on 15 March 2031, 03:00 UTC. Databases keep running.",
    ),
    (
        "Fire damper inspection hall 2",
        "Inspection of the fire dampers in hall 2 on 18 March 2031, 10:00-14:00. Air flow drops for some minutes.",
    ),
    (
        "Wartung Klimaanlage RZ West",
        "Am 18.03.2031 von 8 bis 14 Uhr wird die Klimaanlage im Rechenzentrum gewartet. Im Rahmen unserer Wartungsverträge kommt der Hersteller.",
    ),
    (
        "Mailboxes on mx7 read only",
        "Mailboxes on mx7 are moved to new storage on 13 March 2031, 01:00-04:00 UTC. In this time your mailbox will be read only.",
    ),
    (
        "Urgent reboot: hypervisor escape (CVE-2031-1190)",
        "To close CVE-2031-1190 (severity high) all hosts are rebooted on 7 March 2031 between 00:00 and 06:00 UTC. The flaw is being exploited.",
    ),
    (
        "ns1 switched to new hardware",
        "We will switch ns1.dnscloud.example to new hardware on 17 March 2031 at 08:00 UTC. Zone changes made between 07:30 and 08:30 are delayed.",
    ),
    ("BW-19 cleared / closed", "Maintenance BW-19 closed at 04:12 UTC. All alarms cleared."),
    (
        "Maintenance de votre hébergement",
        "Le 13/03/2031 à partir de 02h00, nos serveurs d'hébergement seront mis à jour. Découvrez l'état en direct sur notre page. Offre et contrat inchangés.",
    ),
    ("Corte programado FQ-12", "El 13 de marzo a las 03:00 se interrumpe la fibra FQ-12 durante 20 min. Ver contrato, cláusula 7."),
    (
        "[Action required] Legacy gateway shuts down May 1",
        "Legacy VPN gateways are retired on May 1, 2031. Create a new gateway and update your prices file before then.",
    ),
    (
        "Re: Ticket 88120: replacement of line card",
        "Your ticket 88120: we will replace the line card on Monday 10 March at 23:00 UTC. Circuit NN-7 is down for 15 minutes. Please rate your experience later.",
    ),
    ("Sensor replacement in storage array", "On 11 March 2031 at 20:00 UTC we replace a fan sensor in array 4. No downtime."),
    ("Meeting-me room works", "Works in the meet-me room of FRA5 on 20 March 2031, 09:00-17:00. Cross-connects may be touched."),
    ("Weekly generator run moved", "This week the generator run is on Thursday 13 March 10:00 instead of Wednesday."),
    (
        "Webshops offline for database migration",
        "All webshops will be offline on 16 March 2031 from 02:00 to 03:30 CET. Orders and payments are not possible. The shipping module returns first.",
    ),
    (
        "Planned downtime this weekend",
        "Our CRM will be down Saturday 8 March 22:00 - Sunday 02:00 UTC for a version upgrade. See release notes and what's new.",
    ),
    ("Underhåll fiber Malmö", "Natten till 14 mars, 00.00-05.00, byts en kabel i Malmö. Tjänsten är nere i upp till 2 timmar."),
    ("Ring node swap Gothenburg", "Node GBG-3 is swapped out 18 March, 00:30-02:30 CET. Protected services switch over."),
    ("PHP-FPM restart web cluster", "Quick heads-up: PHP-FPM on the web cluster gets restarted tonight at 23:30 UTC."),
    (
        "Zugang RZ am 20.03. eingeschränkt",
        "Wegen Tiefbauarbeiten vor dem Gebäude ist der Zugang zum Rechenzentrum am 20.03.2031 von 7 bis 15 Uhr nur über den Hof möglich.",
    ),
    ("Arrêt du switch sw12", "Le switch sw12 sera arrêté le 14 mars de 3h à 4h pour remplacement des ventilateurs."),
    ("Your block volumes will be moved", "Between 10 and 20 March we move your block volumes to NVMe storage. No action needed."),
    ("LH-9912: extension", "LH-9912 runs longer, new end 05:30 UTC."),
    ("Apagado de servidores antiguos", "Los servidores de la serie A se apagarán el 31 de marzo de 2031. Por favor, migre antes."),
    ("Radio link alignment, mast 7", "Alignment of the radio link on mast 7, Mon 10 Mar 10:00-12:00. Short drops."),
    ("Emergency power-down of row F", "Due to a water leak we have to power down row F at 16:00 today."),
    ("IMAP proxies: TLS library update", "Rolling update of the IMAP proxies on 12 March from 21:00 UTC; sessions reconnect."),
    ("Planned Work 88123 / postponed", "Planned Work 88123 is postponed. New date will be communicated."),
    ("Modernizacja sieci 14.03.2031", "W dniu 14.03.2031 od 01:00 do 04:00 modernizacja sieci szkieletowej. Możliwe krótkie przerwy."),
    ("回線メンテナンスのお知らせ", "2031/03/14 01:00-03:00 回線メンテナンスを行います。"),
    ("backup server move", "The backup server goes to the other room on Saturday, so no backups Friday night."),
    ("Interface migration xe-0/0/1", "Your port xe-0/0/1 is migrated to et-0/0/4 on 2031-03-17 04:00 UTC. 5 min."),
    ("Free CPU upgrade for your server!", "We swap your CPU for a newer one on 15 March at 06:00 CET. Downtime 20 minutes. Enjoy!"),
    ("LY-20 stack sunset", "The ly-20 stack is retired on April 30, 2031. Apps on it stop building after that date."),
    ("Shunt fault repair S3", "Shunt fault repair on S3 commences 2031-03-19 and lasts about 9 days. Traffic stays on S5."),
];
