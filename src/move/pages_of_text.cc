#include "move/pages.h"

namespace hikkoshi::move {

namespace {

constexpr Page page_table[] = {
    {Code::unreadable,
     "The file holds bytes that are not UTF-8, a NUL, or it is UTF-16, as some editors save it.",
     "", "",
     "Save it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8 move.yaml > converted.yaml"},
    {Code::too_large,
     "The file is larger than any move needs, or small but with aliases of aliases that grow into "
     "a huge document. Such a file is not read, so that no file can make the program hang.",
     "", "",
     "Look whether this is the right file. If one move has really so many parts, make several "
     "moves of it."},
    {Code::syntax,
     "The text is not YAML: a bracket or a quote is not closed, a line is indented with a tab, or "
     "a value begins with a sign that YAML reserves. The place is where the reading failed; the "
     "cause may stand on a line above.",
     "old:\n"
     "  hosts: {web1: {ssh: ops@192.0.2.11}\n",
     "old:\n"
     "  hosts: {web1: {ssh: ops@192.0.2.11}}\n",
     "Close what is open, indent with spaces, and put quotes around values that hold any of "
     ": # { } [ ] or begin with a sign."},
    {Code::empty, "The file has no content besides comments.", "# to be written\n",
     "move: photo-frames\n", "Begin with the move's name; doc/move-file.md shows a whole file."},
    {Code::several_documents,
     "A line of three dashes begins a second YAML document; a move file has one.",
     "move: photo\n"
     "---\n"
     "policy: {cutover: {prefer: page}}\n",
     "move: photo\n"
     "policy: {cutover: {prefer: page}}\n",
     "Take the line away. What replaces values for another environment belongs into a file of its "
     "own: --overlay."},
    {Code::too_deep, "Mappings and lists are nested deeper than any field of a move file stands.",
     "move: [[[[[[[[[[[[[[[[[[[[[[[[[photo]]]]]]]]]]]]]]]]]]]]]]]]]\n", "move: photo\n",
     "Look for brackets that were doubled, or for a file that is no move file."},
    {Code::bad_alias,
     "*NAME repeats a value that was marked with &NAME before it; here nothing above is marked so.",
     "services:\n"
     "  site:\n"
     "    health: *path\n",
     "services:\n"
     "  site:\n"
     "    health: &path /healthz\n"
     "    check: [*path]\n",
     "Mark the value above with &NAME, or write it again. A text that begins with an asterisk "
     "needs quotes."},
    {Code::bad_key,
     "A key of a mapping is itself a mapping, a list, empty, or has a tag. Mostly it is a template "
     "without quotes: YAML reads its braces as a mapping.",
     "services:\n"
     "  site:\n"
     "    config:\n"
     "      - file: /srv/site/.env\n"
     "        set: {DB_HOST: {{ databases.main.host }}}\n",
     "services:\n"
     "  site:\n"
     "    config:\n"
     "      - file: /srv/site/.env\n"
     "        set: {DB_HOST: \"{{ databases.main.host }}\"}\n",
     "Quote templates; write keys as plain words."},
    {Code::wrong_type,
     "A list, a mapping or a single value stands where the field takes another of the three.",
     "services:\n"
     "  site:\n"
     "    names: www.example.jp\n",
     "services:\n"
     "  site:\n"
     "    names: [www.example.jp]\n",
     "Write it as the message's example does. One entry of a list is still a list."},
    {Code::missing_field, "A mapping lacks a field without which it says nothing useful.",
     "old:\n"
     "  hosts:\n"
     "    web2: {via: bastion}\n",
     "old:\n"
     "  hosts:\n"
     "    web2: {ssh: ops@192.0.2.12, via: bastion}\n",
     "Add the field. Which ones are required is in doc/move-file.md; a service of kind web or "
     "internal, or behind a balancer, also needs its port."},
    {Code::unknown_key,
     "The field does not exist, or not at this place: a slip of the pen, or one indented wrongly.",
     "old:\n"
     "  hosts:\n"
     "    web1: {ssh: ops@192.0.2.11, trough: bastion}\n",
     "old:\n"
     "  hosts:\n"
     "    web1: {ssh: ops@192.0.2.11, via: bastion}\n",
     "Take the nearest field, which the message names, or look where the field stands in "
     "doc/move-file.md. YAML's merge keys (<<) are not read either."},
    {Code::duplicate_key,
     "One mapping gives the same key twice. Many programs silently take one of the two.",
     "services:\n"
     "  site:\n"
     "    health: /healthz\n"
     "    health: /ready\n",
     "services:\n"
     "  site:\n"
     "    health: /ready\n",
     "Remove one of them."},
    {Code::no_value,
     "A key or a list's dash is there, but nothing after it; or the value says null.",
     "services:\n"
     "  site:\n"
     "    names:\n"
     "      - www.example.jp\n"
     "      -\n",
     "services:\n"
     "  site:\n"
     "    names:\n"
     "      - www.example.jp\n",
     "Give the value, or leave the key out. In an overlay null takes a key of the move file away."},
    {Code::unexpected_tag, "The only YAML tag that has a meaning here is !secret.",
     "services:\n"
     "  site:\n"
     "    health: !path /healthz\n",
     "services:\n"
     "  site:\n"
     "    health: /healthz\n",
     "Take the tag away. A text that begins with an exclamation mark needs quotes."},
    {Code::unsupported,
     "The field is understood, but this version cannot do what it asks for, and says so before "
     "anything begins.",
     "old:\n"
     "  databases:\n"
     "    orders:\n"
     "      mysql: 10.0.2.7:3306\n"
     "      user: mover\n"
     "      password: !secret env:ORDERS_PASSWORD\n"
     "      schemas: [orders]\n",
     "old:\n"
     "  databases:\n"
     "    orders:\n"
     "      mariadb: 10.0.2.7:3306\n"
     "      user: mover\n"
     "      password: !secret env:ORDERS_PASSWORD\n"
     "      schemas: [orders]\n",
     "Use a product that the message names, or leave this thing out of the move and carry it "
     "yourself."},
    {Code::product_choice,
     "A database, a balancer, a bucket or a zone must say which product it is, once: the product's "
     "name is the field.",
     "old:\n"
     "  databases:\n"
     "    orders:\n"
     "      user: mover\n"
     "      password: !secret env:ORDERS_PASSWORD\n"
     "      schemas: [orders]\n",
     "old:\n"
     "  databases:\n"
     "    orders:\n"
     "      mariadb: 10.0.2.7:3306\n"
     "      user: mover\n"
     "      password: !secret env:ORDERS_PASSWORD\n"
     "      schemas: [orders]\n",
     "Give exactly one of the products that the message lists."},
    {Code::unknown_word, "The field takes one of a few words, and this is none of them.",
     "policy: {cutover: {prefer: wait}}\n", "policy: {cutover: {prefer: hold}}\n",
     "Take one of the words that the message lists."},
    {Code::empty_list, "A list, or a mapping of names, that needs an entry has none.",
     "services:\n"
     "  site:\n"
     "    old: {hosts: [], port: 8080}\n",
     "services:\n"
     "  site:\n"
     "    old: {hosts: [web1], port: 8080}\n",
     "Name at least one."},
};

}  // namespace

std::span<const Page> pages_of_text() {
  return page_table;
}

}  // namespace hikkoshi::move
