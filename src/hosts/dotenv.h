// Dotenv files, changed in place.
#pragma once

#include <map>
#include <optional>
#include <string>

namespace hikkoshi::hosts::dotenv {

/// What phpdotenv 5 and most readers agree on: `KEY=value` lines with an optional `export `, spaces
/// around `=`, comments, 'single' quotes (nothing is special inside), "double" quotes (\" \\ \$ \n
/// and so on; may span lines), CRLF or LF, a byte order mark. A # ends an unquoted value. Of a key
/// that stands there twice the last one counts. Lines that are no assignment are left alone. All
/// functions are pure and keep every byte that they are not asked to change.

/// Each key's value as the application reads it, but ${NAME} inside is not replaced.
std::map<std::string, std::string> values(const std::string& content);

struct Edit {
  std::string content;
  /// Of each key that was set: what stood between `=` and the end of the line, quotes and comment
  /// included, or nothing when the key was not there. For `restore`. May hold secrets.
  std::map<std::string, std::optional<std::string>> before;
};

/// Sets values (not yet quoted). Each keeps its quotes when it can, its comment, and its line
/// ending; a key that is missing is appended. A key that has its value already is not touched.
/// Throws Error(never) when a key is none or a value holds NUL or is no text that every reader
/// reads back alike.
Edit set(const std::string& content, const std::map<std::string, std::string>& wanted);

/// Puts back what `set` recorded: restore(edit.content, edit.before) is the original, byte by byte;
/// changes made to other keys in the meantime stay.
std::string restore(const std::string& content,
                    const std::map<std::string, std::optional<std::string>>& before);

/// A key whose value should not be shown: PASSWORD, SECRET, KEY, TOKEN and the like in its name.
bool looks_secret(const std::string& key);

/// A unified diff for people, with three lines around each change; empty when nothing differs.
/// Values of keys that look secret, also in comments, and passwords in URLs become [secret].
std::string diff(const std::string& before, const std::string& after, const std::string& name);

}  // namespace hikkoshi::hosts::dotenv
