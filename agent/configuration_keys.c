/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/configuration_keys.h"

#include "agent/defaults.h"

/* In the order in which they are shown: what is in a section stands right behind it. */
const struct config_key config_keys[] = {
    {"state_directory", KEY_DEFAULT, DEFAULT_STATE_DIRECTORY,
     "Where history and what exporters and probes must not forget are kept. Where systemd runs the "
     "agent, another directory needs to be writable for it: ReadWritePaths= in a drop-in."},
    {"evaluation_interval", KEY_DEFAULT, "60s",
     "How often rules judge, where their group does not say otherwise; between 1s and 1d. What the "
     "kernel tells of at once (a failed member, a disk that is gone) is judged at once."},
    {"rule_files", KEY_EXAMPLE, "[" DEFAULT_RULE_DIRECTORY "/*.yml]",
     "Files of rules, as glob(7) patterns of absolute paths. Without this key those of "
     "" DEFAULT_RULE_DIRECTORY " count where there are any, else the default rules."},
    {"external_labels", KEY_EXAMPLE, "{site: a}",
     "Labels that every alert gets, as in Prometheus."},
    {"history", KEY_SECTION, NULL, "What was seen before."},
    {"history.retention", KEY_DEFAULT, "30d", "How long it is kept; between 1h and 3660d."},
    {"history.max_bytes", KEY_DEFAULT, "1GiB", "How much of the disk it may take."},
    {"history.max_memory", KEY_DEFAULT, "64MiB",
     "How much memory the samples may take that rules can look back on; the oldest go first."},
    {"probes", KEY_SECTION, NULL, "What is looked at, probe by probe."},
    /* NAME stands for each probe there is; the defaults are the probe's own. */
    {"probes.NAME", KEY_SECTION, NULL, ""},
    {"probes.NAME.enabled", KEY_DEFAULT, "true", "Whether this probe looks at all."},
    {"probes.NAME.interval", KEY_DEFAULT, NULL, "How often it looks; between 1s and 1d."},
    {"probes.NAME.deadline", KEY_DEFAULT, NULL,
     "How long one target (a disk, an array) may take to answer; then it counts as hung and is "
     "left "
     "aside. Between 100ms and 1h."},
    {"probes.nfslock.targets", KEY_DEFAULT, "[]",
     "Hosts, such as [mail7, 192.0.2.8], that are asked from here whether an NFS server can call "
     "them back for locks: for a filer that runs no agent, on any host in its network."},
    {"probes.nfslock.lock_test", KEY_DEFAULT, "[]",
     "Directories on NFSv3 mounts, such as [/var/vmail/.forewarn], in which a lock is handed over "
     "from end to end. root, or nobody where the export squashes root, has to be able to write "
     "there."},
    {"probes.nfslock.rpcbind_port", KEY_DEFAULT, "111", "Where rpcbind listens."},
    {"probes.mailindex.stores", KEY_LIST, NULL,
     "Stores of mail that are verified; where there is none, Dovecot is asked for its "
     "mail_location, or 2.4's mail_path and the like, and Cyrus' /etc/imapd.conf is read."},
    {"probes.mailindex.stores.path", KEY_REQUIRED, "/var/vmail/%d/%n",
     "A directory of mailboxes or of users' stores, or a mail location of Dovecot "
     "(maildir:/var/vmail/%d/%n:INDEX=/var/index/%u). %u, %n and %d stand for any user; what "
     "INDEX=, CONTROL= and ALT= name must follow from a user's path. Or the imapd.conf of Cyrus: "
     "each of its partitions is a store then, and its configdirectory with the databases."},
    {"probes.mailindex.stores.user", KEY_EXAMPLE, "vmail",
     "Whose rights to take: on NFS root is often nobody."},
    {"probes.mailindex.stores.members", KEY_EXAMPLE, "[mail1, mail2, mail3]",
     "The hosts that share the store, the same list on each: every mailbox is looked at by one of "
     "them only. They are told apart in the label member."},
    {"probes.mailindex.stores.member", KEY_EXAMPLE, "mail1",
     "Which of the members this host is; its host name, or that up to the first dot, where it is "
     "not said."},
    {"probes.mailindex.stores.members_directory", KEY_EXAMPLE, "/srv/shared/forewarn",
     "A directory that all members can write, as 'user', on the file server that they share; one "
     "for each store. Each puts a file of its name anew there in every round. Where it is "
     "not said, a member that is gone is not noticed, and its share not verified."},
    {"probes.mailindex.stores.takeover", KEY_DEFAULT, "1h",
     "After which time the share of a member that was not seen is taken over by the others; more "
     "than twice the probe's interval, between 2s and 30d."},
    {"probes.mailindex.round", KEY_DEFAULT, "7d",
     "In which time each mailbox is verified once, whether it changed or not; between 1h and "
     "366d."},
    {"probes.mailindex.max_bytes_per_second", KEY_DEFAULT, "20MiB",
     "How fast stores are read at most."},
    {"probes.mailindex.baseline", KEY_DEFAULT, "false",
     "Whether it is remembered what must never change in sound mailboxes, mails too, so that bit "
     "rot and lost updates are found. Each mail is read once a round for it, as fast as "
     "max_bytes_per_second allows; of a mailbox that has more than can be read in 20 s, a part "
     "each round."},
    {"notify", KEY_SECTION, NULL, "When receivers are told."},
    {"notify.repeat", KEY_SECTION, NULL,
     "How long to wait before an alert that still fires is told again, by its severity; the wait "
     "doubles each time. never, or between 1m and 30d."},
    {"notify.repeat.critical", KEY_DEFAULT, "4h", ""},
    {"notify.repeat.warning", KEY_DEFAULT, "1d", ""},
    {"notify.repeat.info", KEY_DEFAULT, "never", ""},
    {"notify.least", KEY_DEFAULT, "info",
     "The least severity that is told: info, warning or critical."},
    {"notify.resolved", KEY_DEFAULT, "true", "Whether it is told that an alert has ended, too."},
    {"notify.heartbeat", KEY_DEFAULT, "never",
     "How often receivers are told that the agent is alive, so that its silence can be noticed."},
    {"compat", KEY_DEFAULT, "[]",
     "Other exporters under whose names and labels the same facts are given too, for their "
     "dashboards: node_exporter (node_md_*), smartctl_exporter (smartctl_device_*)."},
    {"exporters", KEY_SECTION, NULL,
     "Who is told. What does not stand here is not started, but for prometheus."},
    {"exporters.prometheus", KEY_SECTION, NULL,
     "HTTP: /metrics in Prometheus' formats, /-/healthy, /-/ready."},
    {"exporters.prometheus.listen", KEY_DEFAULT, "[\"127.0.0.1:9733\"]",
     "Where it is served: HOST:PORT, :PORT for all addresses, [IPV6]:PORT; [] for no HTTP. Taken "
     "up "
     "when the agent starts."},
    {"exporters.prometheus.web_config", KEY_EXAMPLE, SYSCONFDIR "/forewarn/web.config.yml",
     "TLS, client certificates and passwords, in the format of Prometheus' exporter-toolkit. The "
     "agent's user has to be able to read it and the files that it names; they are read anew when "
     "they change."},
    {"exporters.exec", KEY_LIST, NULL,
     "Commands that are run for each event, with what happened in their environment and, as JSON, "
     "on their standard input."},
    {"exporters.exec.name", KEY_EXAMPLE, "admin",
     "What the receiver is called; without, the command's file name."},
    {"exporters.exec.command", KEY_REQUIRED, "[/usr/local/sbin/tell-admin, --now]",
     "An absolute path and arguments; no shell is asked."},
    {"exporters.exec.style", KEY_DEFAULT, "plain",
     "plain; smartd or mdadm for scripts that were written for smartd -M exec or mdadm's "
     "PROGRAM."},
    {"exporters.exec.timeout", KEY_DEFAULT, "60s",
     "How long it may take; then it is ended, with all that it has started."},
    {"exporters.exec.tries", KEY_DEFAULT, "20", "How often it is run until it exits with 0."},
    {"exporters.exec.retry", KEY_DEFAULT, "5s",
     "How long to wait before the second time; the wait doubles up to 10 minutes."},
    {"exporters.exec.send_resolved", KEY_DEFAULT, "true",
     "Whether it is run for ends of alerts, too; false with the styles smartd and mdadm."},
    {"exporters.exec.address", KEY_INSTEAD, "root@localhost",
     "What $SMARTD_ADDRESS says; with style smartd only."},
    {"exporters.webhook", KEY_LIST, NULL, "URLs to which events are posted as Alertmanager does."},
    {"exporters.webhook.name", KEY_EXAMPLE, "chat",
     "What the receiver is called; without, the URL's host and port."},
    {"exporters.webhook.url", KEY_REQUIRED, "https://chat.example/hook",
     "http or https, without a user in it."},
    {"exporters.webhook.bearer_file", KEY_EXAMPLE, SYSCONFDIR "/forewarn/token",
     "A file with a token for \"Authorization: Bearer\"."},
    {"exporters.webhook.basic_auth", KEY_INSTEAD,
     "{username: forewarn, password_file: " SYSCONFDIR "/forewarn/password}",
     "A user, and a file with the password."},
    {"exporters.webhook.ca_file", KEY_EXAMPLE, SYSCONFDIR "/forewarn/ca.pem",
     "Who signs the server's certificate, instead of the system's authorities."},
    {"exporters.webhook.cert_file", KEY_EXAMPLE, SYSCONFDIR "/forewarn/cert.pem",
     "A certificate of this client."},
    {"exporters.webhook.key_file", KEY_EXAMPLE, SYSCONFDIR "/forewarn/key.pem", "Its key."},
    {"exporters.webhook.group_by", KEY_EXAMPLE, "[alertname]",
     "Alerts that agree in these labels may come in one message; without, each comes by itself."},
    {"exporters.webhook.external_url", KEY_EXAMPLE, "https://mail7.example/",
     "What the message calls externalURL and generatorURL."},
    {"exporters.webhook.timeout", KEY_DEFAULT, "10s", "How long a message may take as a whole."},
    {"exporters.webhook.retry", KEY_DEFAULT, "5s",
     "How long to wait before the second time; the wait doubles up to 10 minutes."},
    {"exporters.webhook.send_resolved", KEY_DEFAULT, "true", "Whether ends of alerts are posted."},
    {"exporters.snmp", KEY_SECTION, NULL, "SNMP: notifications, and tables for a master agent."},
    {"exporters.snmp.receivers", KEY_LIST, NULL, "Who gets notifications (FOREWARN-MIB)."},
    {"exporters.snmp.receivers.name", KEY_EXAMPLE, "nms",
     "What the receiver is called; without, its address."},
    {"exporters.snmp.receivers.address", KEY_REQUIRED, "udp:nms.example:162",
     "Where it listens, as in snmpcmd(1)."},
    {"exporters.snmp.receivers.version", KEY_DEFAULT, "3", "3 (authPriv) or 2c."},
    {"exporters.snmp.receivers.user", KEY_EXAMPLE, "forewarn",
     "The user of version 3, which wants auth_file and priv_file too."},
    {"exporters.snmp.receivers.auth_protocol", KEY_DEFAULT, "SHA-256",
     "SHA, SHA-224, SHA-256, SHA-384 or SHA-512."},
    {"exporters.snmp.receivers.auth_file", KEY_EXAMPLE, SYSCONFDIR "/forewarn/snmp-auth",
     "A file with the passphrase that authenticates, of 8 characters and more."},
    {"exporters.snmp.receivers.priv_protocol", KEY_DEFAULT, "AES", "AES, AES-192 or AES-256."},
    {"exporters.snmp.receivers.priv_file", KEY_EXAMPLE, SYSCONFDIR "/forewarn/snmp-priv",
     "A file with the passphrase that encrypts, likewise."},
    {"exporters.snmp.receivers.community_file", KEY_INSTEAD, SYSCONFDIR "/forewarn/community",
     "With version 2c instead of a user: a file with the community."},
    {"exporters.snmp.receivers.engine_id", KEY_EXAMPLE, "80001f8804666f726577617231",
     "The engine ID that traps of version 3 come from, 5 to 32 bytes as hexadecimal digits; "
     "without, one is made and kept. Informs ask the receiver for its own."},
    {"exporters.snmp.receivers.inform", KEY_DEFAULT, "false",
     "Whether the receiver has to acknowledge: then what it has not is sent again until it has, "
     "over restarts of either side. A trap is sent once, and may get lost."},
    {"exporters.snmp.receivers.timeout", KEY_DEFAULT, "5s",
     "How long to wait for an acknowledgement."},
    {"exporters.snmp.receivers.retries", KEY_DEFAULT, "3",
     "How often it is asked for in a row, before a longer wait; 0 to 10."},
    {"exporters.snmp.agentx", KEY_DEFAULT, "false",
     "Whether tables of disks, arrays, members and alarms are given to snmpd by AgentX: true, or "
     "the address of its socket (true stands for unix:/var/agentx/master)."},
    {"exporters.nagios", KEY_SECTION, NULL, "Passive results for Nagios, Icinga and Naemon."},
    {"exporters.nagios.command_file", KEY_REQUIRED, "/var/lib/nagios4/rw/nagios.cmd",
     "The FIFO that they take commands from."},
    {"exporters.nagios.host", KEY_EXAMPLE, "mail7",
     "What they call this host; without, its host name."},
    {"exporters.nagios.service", KEY_DEFAULT, "forewarn", "What they call the service."},
    {"exporters.nagios.interval", KEY_DEFAULT, "5m",
     "How often the result is given without a change, for their freshness check; 1s to 1d."},
};

const size_t config_key_count = sizeof config_keys / sizeof *config_keys;
