#include "move/diagnostic.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/error.h"

namespace hikkoshi::move {

namespace {

constexpr auto error = Severity::error;
constexpr auto warning = Severity::warning;

constexpr std::array table{
    CodeEntry{Code::unreadable, "HK001", error, "The file is not UTF-8 text."},
    CodeEntry{Code::too_large, "HK002", error, "The file is larger than any move file needs."},
    CodeEntry{Code::syntax, "HK003", error, "The file is not YAML."},
    CodeEntry{Code::empty, "HK004", error, "The file says nothing."},
    CodeEntry{Code::several_documents, "HK005", error, "A move file is one YAML document."},
    CodeEntry{Code::too_deep, "HK006", error, "Values are nested deeper than any field."},
    CodeEntry{Code::bad_alias, "HK007", error, "A YAML alias has no anchor before it."},
    CodeEntry{Code::bad_key, "HK008", error, "A key is not a plain word."},
    CodeEntry{Code::wrong_type, "HK010", error, "A value has the wrong shape."},
    CodeEntry{Code::missing_field, "HK011", error, "A field that must be given is missing."},
    CodeEntry{Code::unknown_key, "HK012", error, "There is no such field."},
    CodeEntry{Code::duplicate_key, "HK013", error, "A key is given twice."},
    CodeEntry{Code::no_value, "HK014", error, "A key has no value."},
    CodeEntry{Code::unexpected_tag, "HK015", error, "A YAML tag other than !secret."},
    CodeEntry{Code::unsupported, "HK016", error, "Understood, but not supported by this version."},
    CodeEntry{Code::product_choice, "HK017", error, "Exactly one product must be chosen."},
    CodeEntry{Code::unknown_word, "HK018", error, "A word is none of those that the field takes."},
    CodeEntry{Code::empty_list, "HK019", error, "A list that needs an entry has none."},
    CodeEntry{Code::bad_name, "HK020", error, "A name has characters that names do not have."},
    CodeEntry{Code::bad_text, "HK021", error, "A text is empty or has control characters."},
    CodeEntry{Code::bad_address, "HK022", error, "Not an IP address."},
    CodeEntry{Code::bad_endpoint, "HK023", error, "Not a host with a port."},
    CodeEntry{Code::bad_port, "HK024", error, "Not a port."},
    CodeEntry{Code::bad_duration, "HK025", error, "Not a duration."},
    CodeEntry{Code::bad_percentage, "HK026", error, "Not a percentage."},
    CodeEntry{Code::bad_network, "HK027", error, "Not an address or network."},
    CodeEntry{Code::bad_host_name, "HK028", error, "Not a host name."},
    CodeEntry{Code::bad_path, "HK029", error, "Not a path."},
    CodeEntry{Code::bad_url, "HK030", error, "Not a URL."},
    CodeEntry{Code::secret_literal, "HK031", error, "A secret stands in the file itself."},
    CodeEntry{Code::secret_reference, "HK032", error, "A secret's reference cannot be followed."},
    CodeEntry{Code::secret_elsewhere, "HK033", error, "!secret where no secret belongs."},
    CodeEntry{Code::looks_secret, "HK034", warning, "A value looks like a secret."},
    CodeEntry{Code::bad_schema, "HK035", error, "Not the name of a schema that can move."},
    CodeEntry{Code::bad_time, "HK036", error, "Not a time of day or a time zone."},
    CodeEntry{Code::bad_condition, "HK037", error, "Not a condition of a gate."},
    CodeEntry{Code::bad_template, "HK038", error, "Not a template."},
    CodeEntry{Code::bad_account, "HK039", error, "Not an account of a database server."},
    CodeEntry{Code::dangling_reference, "HK040", error, "A reference leads nowhere."},
    CodeEntry{Code::cycle, "HK041", error, "References lead in a circle."},
    CodeEntry{Code::ambiguous_name, "HK042", error, "Two things that stages move share a name."},
    CodeEntry{Code::bad_same, "HK043", error, "`same` where there is nothing to be the same as."},
    CodeEntry{Code::template_names_nothing, "HK044", error, "A template names nothing."},
    CodeEntry{Code::one_sided, "HK045", error, "Something is declared on one side only."},
    CodeEntry{Code::listed_twice, "HK046", error, "A list has the same entry twice."},
    CodeEntry{Code::moved_twice, "HK050", error, "Two stages move the same thing."},
    CodeEntry{Code::moved_never, "HK051", warning, "No stage moves it."},
    CodeEntry{Code::zone_before_service, "HK052", error, "Names move before what they name."},
    CodeEntry{Code::store_before_service, "HK053", error, "A store leaves before its user."},
    CodeEntry{Code::mixed_stage, "HK054", error, "A stage moves zones and other things."},
    CodeEntry{Code::ladder_order, "HK055", error, "The TTL ladder does not fall."},
    CodeEntry{Code::name_without_zone, "HK056", warning, "A DNS name is in no declared zone."},
    CodeEntry{Code::template_without_use, "HK057", warning, "A template names what is not used."},
    CodeEntry{Code::bad_window, "HK058", error, "The change window is empty."},
    CodeEntry{Code::schemas_differ, "HK059", error, "The two sides list different schemas."},
    CodeEntry{Code::pointless, "HK060", warning, "A setting has no effect."},
    CodeEntry{Code::too_many, "HK099", error, "More findings than are worth printing."},
};

std::string counted(size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace

std::span<const CodeEntry> codes() {
  return table;
}

const CodeEntry& entry_of(Code code) {
  auto found = std::ranges::find(table, code, &CodeEntry::code);
  HIKKOSHI_ASSERT(found != table.end());
  return *found;
}

std::string_view to_string(Severity severity) {
  return severity == Severity::error ? "error" : "warning";
}

std::string render(const Diagnostic& diagnostic) {
  const CodeEntry& entry = entry_of(diagnostic.code);
  std::string text = diagnostic.place.file;
  if (diagnostic.place.line > 0)
    text += fmt::format(":{}:{}", diagnostic.place.line, diagnostic.place.column);
  text +=
      fmt::format(": {}: {} [{}]\n", to_string(entry.severity), diagnostic.message, entry.number);
  if (diagnostic.place.line > 0) {
    text += fmt::format("{:>5} | {}\n", diagnostic.place.line, diagnostic.line_text);
    text += fmt::format("      | {:{}}^{:~<{}}\n", "", diagnostic.caret, "",
                        std::max(0, diagnostic.caret_width - 1));
  }
  if (!diagnostic.help.empty()) text += fmt::format("   help: {}\n", diagnostic.help);
  return text;
}

std::string render(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  size_t errors = 0;
  for (const Diagnostic& diagnostic : diagnostics) {
    text += render(diagnostic);
    if (diagnostic.severity() == Severity::error) ++errors;
  }
  size_t warnings = diagnostics.size() - errors;
  if (diagnostics.empty()) return text;
  if (errors) text += counted(errors, "error");
  if (errors && warnings) text += ", ";
  if (warnings) text += counted(warnings, "warning");
  return text + "\n";
}

Json to_json(const Diagnostic& diagnostic) {
  return Json{{"code", entry_of(diagnostic.code).number},
              {"severity", to_string(diagnostic.severity())},
              {"file", diagnostic.place.file},
              {"line", diagnostic.place.line},
              {"column", diagnostic.place.column},
              {"end_column", diagnostic.end_column},
              {"message", diagnostic.message},
              {"help", diagnostic.help}};
}

bool has_errors(const std::vector<Diagnostic>& diagnostics) {
  return std::ranges::any_of(
      diagnostics, [](const Diagnostic& one) { return one.severity() == Severity::error; });
}

}  // namespace hikkoshi::move
