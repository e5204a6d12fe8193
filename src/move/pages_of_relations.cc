#include "move/pages.h"

namespace hikkoshi::move {

namespace {

constexpr Page relation_pages[] = {
    {Code::dangling_reference,
     "A name refers to something that the file does not declare: a host, a balancer, a store, a "
     "service or a stage. Hosts are looked for on the same side.",
     "services:\n"
     "  site:\n"
     "    balancer: egde\n",
     "services:\n"
     "  site:\n"
     "    balancer: edge\n",
     "Correct the name (the message names the nearest one), or declare what is missing."},
    {Code::cycle,
     "Hosts that are reached through each other can be reached by nobody; services that use each "
     "other in a circle have no order to move in.",
     "old:\n"
     "  hosts:\n"
     "    bastion: {via: web1}\n"
     "    web1: {via: bastion}\n",
     "old:\n"
     "  hosts:\n"
     "    web1: {via: bastion}\n",
     "Take one of the references away. Services that need each other move in one stage: list "
     "'uses' in one direction only."},
    {Code::ambiguous_name,
     "Stages name what they move, so services, stores and zones share one set of names. Likewise a "
     "DNS name leads to one balancer.",
     "services:\n"
     "  main:\n"
     "    kind: worker\n"
     "    old: {hosts: [web1]}\n"
     "    new: {hosts: [app1]}\n",
     "services:\n"
     "  mailer:\n"
     "    kind: worker\n"
     "    old: {hosts: [web1]}\n"
     "    new: {hosts: [app1]}\n",
     "Give one of the two another name."},
    {Code::bad_same,
     "`same` stands on NEW, and means the zone of that name on OLD. OLD's own zone must be "
     "described.",
     "old:\n"
     "  zones: {public: same}\n",
     "new:\n"
     "  zones: {public: same}\n",
     "Describe the zone on OLD, by the same name."},
    {Code::template_names_nothing,
     "The template is well formed, but there is no such store on OLD, or no such word about it.",
     "services:\n"
     "  site:\n"
     "    config:\n"
     "      - file: /srv/site/.env\n"
     "        set: {DB_HOST: \"{{ databases.mian.host }}\"}\n",
     "services:\n"
     "  site:\n"
     "    config:\n"
     "      - file: /srv/site/.env\n"
     "        set: {DB_HOST: \"{{ databases.main.host }}\"}\n",
     "Databases have host, port and schemas; buckets have url."},
    {Code::one_sided,
     "What moves needs a place on either side: a store, a zone, or the balancer of a service is "
     "declared on one side only.",
     "old:\n"
     "  balancers:\n"
     "    inner: {haproxy: {host: web1}, address: 10.0.1.20, listen: [http]}\n"
     "services:\n"
     "  site:\n"
     "    balancer: inner\n",
     "old:\n"
     "  balancers:\n"
     "    inner: {haproxy: {host: web1}, address: 10.0.1.20, listen: [http]}\n"
     "new:\n"
     "  balancers:\n"
     "    inner: {haproxy: {host: app1}, address: 10.1.1.20, listen: [http]}\n"
     "services:\n"
     "  site:\n"
     "    balancer: inner\n",
     "Declare it on both sides, by the same name."},
    {Code::listed_twice, "A list names the same thing twice; twice the same work is never meant.",
     "services:\n"
     "  site:\n"
     "    names: [www.example.jp, www.example.jp]\n",
     "services:\n"
     "  site:\n"
     "    names: [www.example.jp, example.jp]\n",
     "Remove one; perhaps another one was meant."},
    {Code::moved_twice, "Two stages move the same thing; after the first it is on NEW already.",
     "stages:\n"
     "  - {name: web, move: [site, main]}\n"
     "  - {name: data, move: [main]}\n"
     "  - {name: dns, move: [public]}\n",
     "stages:\n"
     "  - {name: web, move: [site]}\n"
     "  - {name: data, move: [main]}\n"
     "  - {name: dns, move: [public]}\n",
     "Remove it from one of them."},
    {Code::moved_never,
     "A service, a store or a zone is declared, but stays on OLD. That may be meant: services that "
     "stay can be used by those that move.",
     "services:\n"
     "  mailer:\n"
     "    kind: worker\n"
     "    old: {hosts: [web1]}\n"
     "    new: {hosts: [app1]}\n",
     "services:\n"
     "  mailer:\n"
     "    kind: worker\n"
     "    old: {hosts: [web1]}\n"
     "    new: {hosts: [app1]}\n"
     "stages:\n"
     "  - {name: web, move: [site, main, mailer]}\n"
     "  - {name: dns, move: [public]}\n",
     "Name it in a stage, or leave it out of the file."},
    {Code::zone_before_service,
     "Names would lead users to NEW before what the names stand for is there.",
     "stages:\n"
     "  - {name: dns, move: [public]}\n"
     "  - {name: web, move: [site, main]}\n",
     "stages:\n"
     "  - {name: web, move: [site, main]}\n"
     "  - {name: dns, move: [public]}\n",
     "Move a zone after the services that its names lead to."},
    {Code::store_before_service,
     "When a store leaves, OLD's is closed to writers. A service that stays behind would fail on "
     "its next write.",
     "stages:\n"
     "  - {name: data, move: [main]}\n"
     "  - {name: web, move: [site]}\n"
     "  - {name: dns, move: [public]}\n",
     "stages:\n"
     "  - {name: web, move: [site]}\n"
     "  - {name: data, move: [main]}\n"
     "  - {name: dns, move: [public]}\n",
     "Move a store with, or after, every service that uses it. A service that moved first uses "
     "OLD's store from NEW meanwhile."},
    {Code::mixed_stage,
     "Names change slowly, as caches keep them; services and stores change at a moment. One stage "
     "cannot be both.",
     "stages:\n"
     "  - {name: all, move: [site, main, public]}\n",
     "stages:\n"
     "  - {name: web, move: [site, main]}\n"
     "  - {name: dns, move: [public]}\n",
     "Move zones in a stage of their own, after the services."},
    {Code::ladder_order,
     "TTLs fall from rung to rung, and the first step is taken longer before the night than the "
     "last.",
     "policy: {ttl: {ladder: [300s, 1h]}}\n", "policy: {ttl: {ladder: [1h, 300s]}}\n",
     "Write the longest first."},
    {Code::name_without_zone,
     "No zone of OLD holds the name, so Hikkoshi cannot move it, and clients keep coming to OLD by "
     "it.",
     "services:\n"
     "  site:\n"
     "    names: [www.example.com]\n",
     "services:\n"
     "  site:\n"
     "    names: [www.example.jp]\n",
     "Declare its zone below old.zones, or move that name by hand and expect stragglers."},
    {Code::template_without_use,
     "A configuration names a store that the service does not list. The order of stages follows "
     "from 'uses', so it might come out wrong.",
     "services:\n"
     "  site:\n"
     "    uses: []\n",
     "services:\n"
     "  site:\n"
     "    uses: [main]\n",
     "Add the store to the service's 'uses'."},
    {Code::bad_window, "The window ends when it begins, so nothing could ever start in it.",
     "policy: {window: {from: \"01:00\", to: \"01:00\", zone: Asia/Tokyo}}\n",
     "policy: {window: {from: \"23:00\", to: \"01:00\", zone: Asia/Tokyo}}\n",
     "Give another end; one before the beginning is on the next day. Without a window every time "
     "is allowed."},
    {Code::schemas_differ,
     "A schema has the same name on both sides; a store that lists others on NEW cannot be "
     "compared with OLD.",
     "new:\n"
     "  databases:\n"
     "    main: {schemas: [pictures]}\n",
     "new:\n"
     "  databases:\n"
     "    main: {schemas: [frames]}\n",
     "List the same schemas on both sides, in any order."},
    {Code::pointless, "The setting is right, but nothing in this move is touched by it.",
     "policy: {ttl: {ladder: [1h, 300s]}}\n"
     "stages:\n"
     "  - {name: web, move: [site, main]}\n",
     "policy: {ttl: {ladder: [1h, 300s]}}\n"
     "stages:\n"
     "  - {name: web, move: [site, main]}\n"
     "  - {name: dns, move: [public]}\n",
     "Leave it out, or add what it was meant for."},
    {Code::too_many,
     "The first hundred findings are told; more would be of no use, as one slip can cause many.",
     "", "", "Mend these and check again."},
};

}  // namespace

std::span<const Page> pages_of_relations() {
  return relation_pages;
}

}  // namespace hikkoshi::move
