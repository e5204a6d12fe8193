#include "move/pages.h"

namespace hikkoshi::move {

namespace {

constexpr Page value_pages[] = {
    {Code::bad_name,
     "Names that you choose are used in steps, gates and file names, so they are made of letters, "
     "digits, '-' and '_', begin with a letter or a digit, and have at most 63 characters. Keys of "
     "a dotenv file are letters, digits and '_'.",
     "old:\n"
     "  hosts:\n"
     "    \"web 2\": {ssh: ops@192.0.2.12}\n",
     "old:\n"
     "  hosts:\n"
     "    web-2: {ssh: ops@192.0.2.12}\n",
     "Choose another name, and change it wherever it is referred to."},
    {Code::bad_text,
     "The text is empty, has several lines or control characters, or is longer than 4096 bytes.",
     "services:\n"
     "  site:\n"
     "    config:\n"
     "      - {file: /srv/site/.env, set: {MODE: live}, reload: \"\"}\n",
     "services:\n"
     "  site:\n"
     "    config:\n"
     "      - {file: /srv/site/.env, set: {MODE: live}, reload: systemctl reload php8.2-fpm}\n",
     "Write it in one line, or leave the field out. What needs several commands belongs into a "
     "script on the host."},
    {Code::bad_address,
     "The field is an IPv4 or IPv6 address: names cannot stand here, as it is what names will "
     "point to.",
     "old:\n"
     "  balancers:\n"
     "    edge: {address: lb.example.jp}\n",
     "old:\n"
     "  balancers:\n"
     "    edge: {address: 192.0.2.20}\n",
     "Write the address, without a port."},
    {Code::bad_endpoint,
     "A server is written HOST:PORT, [IPV6]:PORT, or HOST alone for the usual port; of SSH also "
     "USER@HOST. The host is an address or a name, the port 1 to 65535.",
     "old:\n"
     "  databases:\n"
     "    main: {mariadb: \"10.0.2.5:99999\"}\n",
     "old:\n"
     "  databases:\n"
     "    main: {mariadb: 10.0.2.5:3306}\n",
     "Correct the host or the port; take a URL's scheme and path away."},
    {Code::bad_port, "Ports are whole numbers from 1 to 65535.",
     "services:\n"
     "  site:\n"
     "    old: {hosts: [web1], port: http}\n",
     "services:\n"
     "  site:\n"
     "    old: {hosts: [web1], port: 80}\n",
     "Write the number."},
    {Code::bad_duration,
     "Durations carry their unit (ms, s, m, h, d), larger units first, at most ten years in all. "
     "TTLs and retry_after are whole seconds, as DNS and HTTP count in these.",
     "policy: {limits: {max_downtime: 30}}\n", "policy: {limits: {max_downtime: 30s}}\n",
     "Add the unit: 250ms, 5s, 10m, 1h30m, 14d."},
    {Code::bad_percentage, "A share is written as a number from 0 to 100 with a percent sign.",
     "policy: {limits: {dns_changes: 130%}}\n", "policy: {limits: {dns_changes: 30%}}\n",
     "Write 0% to 100%."},
    {Code::bad_network, "An address, or a network as an address and the number of its bits.",
     "policy: {page: {allow: [198.51.100.0/40]}}\n", "policy: {page: {allow: [198.51.100.0/24]}}\n",
     "IPv4 has up to 32 bits, IPv6 up to 128. Ranges and names are not taken."},
    {Code::bad_host_name,
     "A DNS name has labels of letters, digits, '-' and '_', 1 to 63 characters each, 253 in all. "
     "An address is no name.",
     "services:\n"
     "  site:\n"
     "    names: [www..example.jp]\n",
     "services:\n"
     "  site:\n"
     "    names: [www.example.jp]\n",
     "Correct the name; write names of other scripts in their xn-- form, and no scheme or port."},
    {Code::bad_path,
     "Files on hosts are named by absolute paths that do not end with '/'. Paths of URLs begin "
     "with '/' and have neither spaces nor '#'.",
     "services:\n"
     "  site:\n"
     "    health: healthz\n",
     "services:\n"
     "  site:\n"
     "    health: /healthz\n",
     "Begin it with '/'."},
    {Code::bad_url, "A URL begins with https:// or http://, a host and perhaps a port.",
     "old:\n"
     "  buckets:\n"
     "    images: {s3: s3.old.example/images}\n",
     "old:\n"
     "  buckets:\n"
     "    images: {s3: \"https://s3.old.example/images\"}\n",
     "Write https://HOST/PATH."},
    {Code::secret_literal,
     "Move files are committed, mailed and shown on screens; a secret in one is no secret. The "
     "field takes only a reference.",
     "old:\n"
     "  databases:\n"
     "    main: {password: correct-horse}\n",
     "old:\n"
     "  databases:\n"
     "    main: {password: !secret env:OLD_DB_PASSWORD}\n",
     "Write !secret env:NAME for an environment variable, or !secret file:PATH for a file that "
     "only you can read. If the file was shared already, change the secret."},
    {Code::secret_reference,
     "It looks like a reference, but has no tag !secret, names nothing, or is of a kind that this "
     "version cannot follow (aws-sm:).",
     "old:\n"
     "  databases:\n"
     "    main: {password: env:OLD_DB_PASSWORD}\n",
     "old:\n"
     "  databases:\n"
     "    main: {password: !secret env:OLD_DB_PASSWORD}\n",
     "Write !secret env:NAME, !secret file:PATH or !secret age:PATH."},
    {Code::secret_elsewhere,
     "The field is not for secrets: its value is printed in plans and logs, so no secret may come "
     "there.",
     "old:\n"
     "  databases:\n"
     "    main: {user: !secret env:DB_USER}\n",
     "old:\n"
     "  databases:\n"
     "    main: {user: mover}\n",
     "Write the value itself, without the tag."},
    {Code::looks_secret,
     "The name of a setting speaks of a password, a token or a key, and its value stands in the "
     "move file. It would be in the plan and in every report.",
     "services:\n"
     "  site:\n"
     "    config:\n"
     "      - file: /srv/site/.env\n"
     "        set: {DB_PASSWORD: correct-horse}\n",
     "services:\n"
     "  site:\n"
     "    config:\n"
     "      - file: /srv/site/.env\n"
     "        set: {DB_HOST: \"{{ databases.main.host }}\"}\n",
     "Leave the key out: what is not listed keeps its value in the file on the host. Where NEW "
     "needs another secret, put it there before the move."},
    {Code::bad_schema,
     "Schema names have 1 to 64 characters. Schemas of the server itself (mysql, "
     "information_schema, performance_schema, sys) do not move: accounts and rights are carried "
     "separately.",
     "old:\n"
     "  databases:\n"
     "    main: {schemas: [frames, mysql]}\n",
     "old:\n"
     "  databases:\n"
     "    main: {schemas: [frames]}\n",
     "List the application's schemas only."},
    {Code::bad_time,
     "Times of day are hours and minutes, 00:00 to 24:00; time zones have their IANA names, not "
     "abbreviations or offsets.",
     "policy: {window: {from: 1am, to: \"05:00\", zone: Asia/Tokyo}}\n",
     "policy: {window: {from: \"01:00\", to: \"05:00\", zone: Asia/Tokyo}}\n",
     "Write \"01:00\" in quotes, and Asia/Tokyo. Names are listed by: timedatectl list-timezones"},
    {Code::bad_condition,
     "A gate opens by approval, verified, stragglers_forwarded, or a measured value such as "
     "\"lag < 1s for 5m\".",
     "policy: {gates: [{before: web, require: [aproval]}]}\n",
     "policy: {gates: [{before: web, require: [approval]}]}\n",
     "Take one of these conditions; quote one that holds spaces."},
    {Code::bad_template,
     "A template is two braces, three words with dots between them, and two braces.",
     "services:\n"
     "  site:\n"
     "    config:\n"
     "      - file: /srv/site/.env\n"
     "        set: {DB_HOST: \"{{ databases.main }}\"}\n",
     "services:\n"
     "  site:\n"
     "    config:\n"
     "      - file: /srv/site/.env\n"
     "        set: {DB_HOST: \"{{ databases.main.host }}\"}\n",
     "Write \"{{ databases.NAME.host }}\". There is no way to write two opening braces that are "
     "no template."},
    {Code::bad_account,
     "An account of a database server is a user and a host, as the server shows them, without "
     "quotes.",
     "old:\n"
     "  databases:\n"
     "    main: {acknowledged: [backup]}\n",
     "old:\n"
     "  databases:\n"
     "    main: {acknowledged: [backup@localhost]}\n",
     "Write USER@HOST; put it in quotes where the host begins with %: \"report@%\"."},
};

}  // namespace

std::span<const Page> pages_of_values() {
  return value_pages;
}

}  // namespace hikkoshi::move
