// What is wrong with a move file, as compilers say it: code, place, the line, a caret, what to do.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "move/move.h"

namespace hikkoshi::move {

enum class Severity { error, warning };

/// Every kind of finding; `codes()` gives each its stable number and its meaning.
enum class Code {
  unreadable,
  too_large,
  syntax,
  empty,
  several_documents,
  too_deep,
  bad_alias,
  bad_key,
  wrong_type,
  missing_field,
  unknown_key,
  duplicate_key,
  no_value,
  unexpected_tag,
  unsupported,
  product_choice,
  unknown_word,
  empty_list,
  bad_name,
  bad_text,
  bad_address,
  bad_endpoint,
  bad_port,
  bad_duration,
  bad_percentage,
  bad_network,
  bad_host_name,
  bad_path,
  bad_url,
  secret_literal,
  secret_reference,
  secret_elsewhere,
  looks_secret,
  bad_schema,
  bad_time,
  bad_condition,
  bad_template,
  bad_account,
  dangling_reference,
  cycle,
  ambiguous_name,
  bad_same,
  template_names_nothing,
  one_sided,
  listed_twice,
  moved_twice,
  moved_never,
  zone_before_service,
  store_before_service,
  mixed_stage,
  ladder_order,
  name_without_zone,
  template_without_use,
  bad_window,
  schemas_differ,
  pointless,
  too_many,
};

struct CodeEntry {
  Code code;
  std::string_view number;  ///< "HK012"; never reused for another meaning.
  Severity severity;
  std::string_view meaning;  ///< One sentence, for the documentation.
};

/// The one table of codes, in order of their numbers.
std::span<const CodeEntry> codes();
const CodeEntry& entry_of(Code code);

/// One finding. `line_text` is made for a terminal: no control characters, secrets masked, long
/// lines cut; the caret's position and width are columns of that text, from 0.
struct Diagnostic {
  Code code = Code::syntax;
  Place place;         ///< Columns count characters from 1.
  int end_column = 0;  ///< One past the last marked character of the line.
  std::string message;
  std::string help;  ///< What to do; may be empty.
  std::string line_text;
  int caret = 0, caret_width = 1;

  Severity severity() const { return entry_of(code).severity; }
};

std::string_view to_string(Severity severity);  ///< "error", "warning".

/// As a compiler prints it, several lines, each with its newline, plain ASCII around the line.
std::string render(const Diagnostic& diagnostic);

/// All of them and the closing line: "2 errors, 1 warning". Empty when there is none.
std::string render(const std::vector<Diagnostic>& diagnostics);

/// {code, severity, file, line, column, end_column, message, help}.
Json to_json(const Diagnostic& diagnostic);

bool has_errors(const std::vector<Diagnostic>& diagnostics);

}  // namespace hikkoshi::move
